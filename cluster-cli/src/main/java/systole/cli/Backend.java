package systole.cli;

import java.util.List;
import java.util.function.UnaryOperator;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CrmLanguage;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;

/** Where the configuration lives. One command at a time; failures come as {@code ClusterException}. */
interface Backend extends AutoCloseable {
    /** Configuration and status as they are now. */
    Element cib();

    /** Whether there is a daemon that can do more than read and write the configuration. */
    boolean isLive();

    /** Asks the daemon; on a file it is refused. */
    Answer ask(Request request);

    /**
     * Changes the configuration. The function may be called again on a newer configuration if another change came in
     * between; it must not have effects of its own.
     *
     * @return the edits that were made; empty if nothing had to change
     */
    List<CibEdit> change(String message, UnaryOperator<Element> function);

    /**
     * Changes the configuration if it still is the one of this version, and refuses it otherwise.
     *
     * @param version {@code admin_epoch.epoch} on which {@code after} was computed
     * @throws systole.kernel.ClusterException with advice {@code READ_AGAIN} if the configuration has moved
     */
    List<CibEdit> changeFrom(String version, String message, Element before, Element after);

    /** {@code admin_epoch.epoch}. */
    static String version(Element cib) {
        return cib.attribute("admin_epoch", "0") + "." + cib.attribute("epoch", "0");
    }

    /** Waits until the cluster has done what the change asks for; on a file nothing. */
    void settle();

    default Element configuration() {
        return configuration(cib());
    }

    static Element configuration(Element cib) {
        return cib.is("configuration") ? cib : cib.child("configuration").orElse(CrmLanguage.EMPTY);
    }

    static List<CibEdit> edits(Element before, Element after) {
        return CibEdits.between(before, after);
    }

    @Override
    void close();
}
