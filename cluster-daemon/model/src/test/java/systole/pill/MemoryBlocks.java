package systole.pill;

import java.util.HashMap;
import java.util.Map;

/** A disk in memory that can be made to fail. */
final class MemoryBlocks implements Blocks {
    final Map<Integer, byte[]> content = new HashMap<>();
    boolean broken;

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public byte[] read(int block) {
        if (broken) {
            throw new PillException("disk is broken", "mend it");
        }
        return content.getOrDefault(block, new byte[SIZE]).clone();
    }

    @Override
    public void write(int block, byte[] bytes) {
        if (broken) {
            throw new PillException("disk is broken", "mend it");
        }
        content.put(block, bytes.clone());
    }
}
