package systole.state;

import systole.kernel.BadInputException;
import systole.kernel.ByteSource.Malformed;
import systole.model.Element;
import systole.state.Command.Lifetime;

/** Commands as bytes. The numbers are part of the wire and disk formats: never reused, never renumbered. */
final class CommandCodec {
    private CommandCodec() {}

    static void write(Writer w, Command command) {
        if (command instanceof Command.Configure c) {
            w.out.octet(c.message().isEmpty() ? 1 : 13);
            w.out.text(c.author()).text(c.origin()).text(c.requestId());
            w.version(c.guard());
            w.edits(c.edits());
            w.out.number(c.atMillis());
            if (!c.message().isEmpty()) {
                w.out.text(c.message());
            }
        } else if (command instanceof Command.SetTicket c) {
            w.out.octet(2).text(c.author()).text(c.requestId()).text(c.ticket());
            w.map(c.attributes());
            w.out.number(c.atMillis());
        } else if (command instanceof Command.RecordOperations c) {
            w.out.octet(3).text(c.node()).number(c.records().size());
            for (OperationRecord record : c.records()) {
                operation(w, record);
            }
        } else if (command instanceof Command.ForgetHistory c) {
            w.out.octet(4).text(c.node()).text(c.resource()).text(c.operation());
        } else if (command instanceof Command.UpdateAttributes c) {
            w.out.octet(5).text(c.node()).octet(c.lifetime() == Lifetime.PRIVATE ? 1 : 0);
            w.out.text(c.setType());
            w.map(c.values());
            w.out.number(c.dampenMillis()).number(c.atMillis());
        } else if (command instanceof Command.WriteAttributes c) {
            w.out.octet(6).number(c.names().size());
            c.names().forEach(w.out::text);
        } else if (command instanceof Command.FencingDone c) {
            w.out.octet(7);
            w.fencing(c.record());
            w.out.number(c.joinedAt());
        } else if (command instanceof Command.ConfirmFenced c) {
            w.out.octet(8).text(c.node()).text(c.author()).number(c.atMillis());
        } else if (command instanceof Command.NodeLeaving c) {
            w.out.octet(9).text(c.node());
        } else if (command instanceof Command.RemoteNode c) {
            w.out.octet(10).text(c.node());
            w.map(c.attributes());
        } else if (command instanceof Command.ForgetNode c) {
            w.out.octet(11).text(c.node());
        } else if (command instanceof Command.ForgetFencing c) {
            w.out.octet(12).text(c.target());
        } else if (command instanceof Command.SetPermanent c) {
            w.out.octet(14).text(c.author()).text(c.origin()).text(c.requestId());
            w.out.text(c.node()).text(c.nodeId()).text(c.setType());
            w.map(c.values());
            w.out.number(c.atMillis());
        } else if (command instanceof Command.ChangeNodes c) {
            w.out.octet(15).text(c.author()).text(c.requestId()).number(c.guard());
            w.out.text(c.list().encoded()).number(c.atMillis());
        } else {
            throw new AssertionError("command without a format: " + command);
        }
    }

    private static void operation(Writer w, OperationRecord record) {
        w.out.text(record.resource());
        w.word(record.resourceClass());
        w.word(record.provider());
        w.word(record.type());
        w.element(record.operation());
    }

    static Command read(Reader r) {
        int kind = r.in.octet();
        return switch (kind) {
            case 1 ->
                new Command.Configure(r.in.text(), r.in.text(), r.in.text(), r.version(), r.edits(), r.in.number());
            case 2 -> new Command.SetTicket(r.in.text(), r.in.text(), r.in.text(), r.sortedMap(), r.in.number());
            case 3 -> new Command.RecordOperations(r.in.text(), r.list(() -> operation(r)));
            case 4 -> new Command.ForgetHistory(r.in.text(), r.in.text(), r.in.text());
            case 5 ->
                new Command.UpdateAttributes(
                        r.in.text(),
                        r.in.flag() ? Lifetime.PRIVATE : Lifetime.TRANSIENT,
                        r.in.text(),
                        r.map(),
                        r.in.number(),
                        r.in.number());
            case 6 -> new Command.WriteAttributes(r.list(r.in::text));
            case 7 -> new Command.FencingDone(r.fencing(), r.in.number());
            case 8 -> new Command.ConfirmFenced(r.in.text(), r.in.text(), r.in.number());
            case 9 -> new Command.NodeLeaving(r.in.text());
            case 10 -> new Command.RemoteNode(r.in.text(), r.sortedMap());
            case 11 -> new Command.ForgetNode(r.in.text());
            case 12 -> new Command.ForgetFencing(r.in.text());
            case 13 ->
                new Command.Configure(
                        r.in.text(), r.in.text(), r.in.text(), r.version(), r.edits(), r.in.number(), r.in.text());
            case 14 ->
                new Command.SetPermanent(
                        r.in.text(),
                        r.in.text(),
                        r.in.text(),
                        r.in.text(),
                        r.in.text(),
                        r.in.text(),
                        r.map(),
                        r.in.number());
            case 15 ->
                new Command.ChangeNodes(r.in.text(), r.in.text(), r.in.number(), nodeList(r.in.text()), r.in.number());
            default -> throw new Malformed("unknown kind of command " + kind);
        };
    }

    private static NodeList nodeList(String encoded) {
        try {
            return NodeList.decoded(encoded);
        } catch (BadInputException e) {
            throw new Malformed(String.valueOf(e.getMessage()));
        }
    }

    private static OperationRecord operation(Reader r) {
        String resource = r.in.text();
        String resourceClass = r.word();
        String provider = r.word();
        String type = r.word();
        Element operation = r.element();
        if (!operation.is("lrm_rsc_op") || operation.id().isEmpty()) {
            throw new Malformed("history of " + resource + " gets a <" + operation.name() + ">");
        }
        return new OperationRecord(resource, resourceClass, provider, type, operation);
    }
}
