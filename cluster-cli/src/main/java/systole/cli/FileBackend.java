package systole.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CibValidation;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.model.CibEdit;
import systole.model.Element;

/** A CIB in a file, without a cluster ({@code CIB_file}). Written by replacing the file whole. */
final class FileBackend implements Backend {
    private static final long MOST_BYTES = 64L << 20;

    private final Path file;
    private final Session session;

    FileBackend(Path file, Session session) {
        this.file = file;
        this.session = session;
    }

    static String read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new BadInputException(
                        file.toString(),
                        "is larger than " + (MOST_BYTES >> 20) + " MiB",
                        "check that this is the file");
            }
            return Files.readString(file);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException
                    ? "the file does not exist"
                    : "the file cannot be read as UTF-8 text: " + e.getMessage();
            throw new BadInputException(file.toString(), why, "check the path");
        }
    }

    static void write(Path file, String text) {
        Path parent = file.toAbsolutePath().getParent();
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new BadInputException(
                    file.toString(), "cannot be written: " + e.getMessage(), "check path and rights");
        }
    }

    @Override
    public Element cib() {
        if (!Files.exists(file)) {
            return Element.of(
                    "cib",
                    Map.of("admin_epoch", "0", "epoch", "0", "num_updates", "0"),
                    List.of(CrmLanguage.EMPTY, Element.leaf("status")));
        }
        return CibXml.read(file.toString(), read(file));
    }

    /** Another document in place of this one, as it is. */
    void replace(Element cib) {
        write(file, CibXml.write(cib));
    }

    @Override
    public boolean isLive() {
        return false;
    }

    @Override
    public Answer ask(Request request) {
        throw new BadInputException(
                file.toString(), "this command needs a cluster, but CIB_file is set", "unset CIB_file, or use a node");
    }

    @Override
    public List<CibEdit> change(String message, UnaryOperator<Element> function) {
        Element cib = cib();
        Element before = Backend.configuration(cib);
        return changeFrom(Backend.version(cib), message, before, function.apply(before));
    }

    @Override
    public List<CibEdit> changeFrom(String version, String message, Element before, Element after) {
        Element cib = cib();
        if (!Backend.version(cib).equals(version)) {
            throw new MovedException(
                    file + " has moved from version " + version + " to " + Backend.version(cib),
                    "make the change again on the present content");
        }
        List<CibEdit> edits = Backend.edits(before, after);
        if (edits.isEmpty()) {
            return edits;
        }
        Finding.Severity limit = session.force() ? Finding.Severity.ERROR : Finding.Severity.DOUBT;
        Finding.refuse(Finding.atLeast(limit, CibValidation.introduced(before, after, file.toString())));
        Map<String, String> attributes = new LinkedHashMap<>(cib.attributes());
        attributes.put("epoch", Long.toString(epoch(cib) + 1));
        attributes.put("num_updates", "0");
        Element status = cib.child("status").orElse(Element.leaf("status"));
        write(file, CibXml.write(Element.of("cib", attributes, List.of(after, status))));
        return edits;
    }

    private long epoch(Element cib) {
        String text = cib.attribute("epoch", "0");
        if (!text.matches("[0-9]{1,18}")) {
            throw new BadInputException(
                    file.toString(), "epoch=\"" + text + "\" is no number", "correct it: epoch=\"1\"");
        }
        return Long.parseLong(text);
    }

    @Override
    public void settle() {
        // A file has nothing to wait for.
    }

    @Override
    public void close() {
        // Nothing is kept open.
    }
}
