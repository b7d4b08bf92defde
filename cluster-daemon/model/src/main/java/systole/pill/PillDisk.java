package systole.pill;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * One pill disk: block 0 is the header, block {@code i + 1} is slot {@code i}. No caching: every call reads the device.
 * Slots are written by their node when its machine has started anew, and by whoever sends a message.
 */
public final class PillDisk {
    private final Blocks blocks;

    public PillDisk(Blocks blocks) {
        this.blocks = blocks;
    }

    public String name() {
        return blocks.name();
    }

    /** Writes header and free slots; what was on the device is gone. The header comes last, so that a half-made disk is none. */
    public void create(PillHeader header) {
        blocks.write(0, new byte[Blocks.SIZE]);
        byte[] free = PillCodec.bytes(PillSlot.FREE);
        for (int slot = 0; slot < header.slots(); slot++) {
            blocks.write(slot + 1, free);
        }
        blocks.write(0, PillCodec.bytes(header));
    }

    /** Other times on a disk that is in use; the slots stay. Daemons read the times when they start. */
    public void retime(PillTimes times) {
        PillHeader present = header();
        blocks.write(0, PillCodec.bytes(new PillHeader(present.id(), present.slots(), times)));
    }

    public PillHeader header() {
        return PillCodec.header(blocks.read(0), blocks.name());
    }

    /** Whether there is a pill disk already, even a damaged one. */
    public boolean isPillDisk() {
        return PillCodec.isOurs(blocks.read(0));
    }

    public PillSlot slot(int slot) {
        return PillCodec.slot(blocks.read(slot + 1), blocks.name(), slot);
    }

    /** All slots, free ones too. A damaged one is {@link PillSlot#DAMAGED}: it must not keep pills from the others. */
    public List<PillSlot> slots() {
        int count = header().slots();
        List<PillSlot> slots = new ArrayList<>();
        for (int slot = 0; slot < count; slot++) {
            byte[] block = blocks.read(slot + 1);
            try {
                slots.add(PillCodec.slot(block, blocks.name(), slot));
            } catch (PillException damaged) {
                slots.add(PillSlot.DAMAGED);
            }
        }
        return slots;
    }

    public OptionalInt slotOf(String node) {
        List<PillSlot> slots = slots();
        for (int slot = 0; slot < slots.size(); slot++) {
            if (slots.get(slot).node().equals(node)) {
                return OptionalInt.of(slot);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * The slot of a node, taken if it has none. Two nodes may take the same one at the same time: after the header's
     * allocate time the caller asks again with {@link #slotOf}, and takes another one if it lost.
     */
    public int claim(String node) {
        List<PillSlot> slots = slots();
        int free = -1;
        for (int slot = slots.size() - 1; slot >= 0; slot--) {
            if (slots.get(slot).node().equals(node)) {
                return slot;
            }
            free = slots.get(slot).isFree() ? slot : free;
        }
        if (free < 0) {
            throw new PillException(
                    blocks.name() + " has no free slot for " + node,
                    "free one of a node that is gone: systole sbd release NODE");
        }
        blocks.write(free + 1, PillCodec.bytes(new PillSlot(node, "", PillCommand.CLEAR, "", 1)));
        return free;
    }

    /** Frees the slot of a node that is no longer in the cluster; false if it had none. */
    public boolean release(String node) {
        OptionalInt slot = slotOf(node);
        slot.ifPresent(at -> blocks.write(at + 1, PillCodec.bytes(PillSlot.FREE)));
        return slot.isPresent();
    }

    /**
     * A node's daemon begins to listen. A message that was meant for an earlier life of the machine has been obeyed, or is
     * without object: it goes. One for this life stays, to be obeyed.
     *
     * @return the slot as it is now
     */
    public PillSlot listen(int slot, String node, String boot) {
        PillSlot found = slot(slot);
        if (!found.node().equals(node)) {
            throw new PillException(
                    blocks.name() + ": slot " + slot + " belongs to '" + found.node() + "', not to " + node,
                    "start the daemon again: it takes another slot");
        }
        if (found.boot().equals(boot)) {
            return found;
        }
        PillSlot fresh = new PillSlot(node, boot, PillCommand.CLEAR, "", found.number() + 1);
        blocks.write(slot + 1, PillCodec.bytes(fresh));
        return fresh;
    }

    /** Writes a message into the slot of a node, and reads it back. */
    public void send(String node, PillCommand command, String sender) {
        int slot = slotOf(node)
                .orElseThrow(() -> new PillException(
                        blocks.name() + " has no slot for " + node,
                        "start its daemon once with this device, or: systole sbd allocate " + node));
        PillSlot message = slot(slot).with(command, sender);
        blocks.write(slot + 1, PillCodec.bytes(message));
        PillSlot read = slot(slot);
        // A node that started anew in between has another boot, and is dead as it was.
        if (!read.equals(message)
                && read.boot().equals(message.boot())
                && !(command.kills() && read.command().kills())) {
            throw new PillException(
                    blocks.name() + ": the message for " + node + " is not there after it was written",
                    "check the device, and that all nodes mean the same one");
        }
    }
}
