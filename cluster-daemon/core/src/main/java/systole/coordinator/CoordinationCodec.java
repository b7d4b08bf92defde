package systole.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import systole.coordinator.CoordinationMessage.Acknowledge;
import systole.coordinator.CoordinationMessage.AskSettled;
import systole.coordinator.CoordinationMessage.Execute;
import systole.coordinator.CoordinationMessage.Fence;
import systole.coordinator.CoordinationMessage.FenceFailed;
import systole.coordinator.CoordinationMessage.FencePart;
import systole.coordinator.CoordinationMessage.FencePartDone;
import systole.coordinator.CoordinationMessage.FenceRestores;
import systole.coordinator.CoordinationMessage.Goodbye;
import systole.coordinator.CoordinationMessage.LeaveNow;
import systole.coordinator.CoordinationMessage.Settled;
import systole.coordinator.CoordinationMessage.Unknown;
import systole.fencing.FenceOrder;
import systole.fencing.FenceReport;
import systole.graph.PrimitiveRef;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.transition.OperationOrder;
import systole.transition.TransitionKey;

/** Bytes of {@link CoordinationMessage}. Fields are only ever added at the end of a body; a reader ignores the rest. */
final class CoordinationCodec {
    static final int EXECUTE = 1;
    static final int ACKNOWLEDGE = 2;
    static final int LEAVE_NOW = 3;
    static final int FENCE = 4;
    static final int FENCE_FAILED = 5;
    static final int ASK_SETTLED = 6;
    static final int SETTLED = 7;
    static final int GOODBYE = 8;
    static final int FENCE_PART = 9;
    static final int FENCE_PART_DONE = 10;
    static final int FENCE_RESTORES = 11;

    private CoordinationCodec() {}

    static int kind(CoordinationMessage message) {
        if (message instanceof Execute) {
            return EXECUTE;
        } else if (message instanceof Acknowledge) {
            return ACKNOWLEDGE;
        } else if (message instanceof LeaveNow) {
            return LEAVE_NOW;
        } else if (message instanceof Fence) {
            return FENCE;
        } else if (message instanceof FenceFailed) {
            return FENCE_FAILED;
        } else if (message instanceof AskSettled) {
            return ASK_SETTLED;
        } else if (message instanceof Settled) {
            return SETTLED;
        } else if (message instanceof Goodbye) {
            return GOODBYE;
        } else if (message instanceof FencePart) {
            return FENCE_PART;
        } else if (message instanceof FencePartDone) {
            return FENCE_PART_DONE;
        } else if (message instanceof FenceRestores) {
            return FENCE_RESTORES;
        }
        throw new IllegalArgumentException("not to be sent: " + message);
    }

    static byte[] encode(CoordinationMessage message) {
        ByteSink out = new ByteSink();
        if (message instanceof Execute execute) {
            out.number(execute.sentEpochMillis()).number(execute.orders().size());
            execute.orders().forEach(order -> write(out, order));
        } else if (message instanceof Acknowledge done) {
            out.text(done.key().toString()).number(done.rc()).number(done.status());
        } else if (message instanceof LeaveNow leave) {
            out.text(leave.node());
        } else if (message instanceof Goodbye goodbye) {
            out.text(goodbye.node());
        } else if (message instanceof Fence fence) {
            write(out, fence.order());
        } else if (message instanceof FenceFailed failed) {
            FenceReport report = failed.report();
            write(out, report.order());
            out.text(report.device())
                    .flag(report.noDevice())
                    .flag(report.timedOut())
                    .text(report.text());
        } else if (message instanceof FencePart part) {
            write(out, part.part());
            out.text(part.part().device());
        } else if (message instanceof FencePartDone done) {
            FenceReport report = done.report();
            write(out, report.order());
            out.text(report.order().device())
                    .flag(report.succeeded())
                    .flag(report.noDevice())
                    .flag(report.timedOut())
                    .text(report.text());
        } else if (message instanceof FenceRestores restores) {
            write(out, restores.order());
            out.flag(restores.over());
        } else if (message instanceof AskSettled ask) {
            out.text(ask.node()).number(ask.requestId());
        } else if (message instanceof Settled settled) {
            out.text(settled.node()).number(settled.requestId());
        }
        return out.toBytes();
    }

    /** @throws ByteSource.Malformed if these are not such bytes */
    static CoordinationMessage decode(int kind, byte[] body) {
        try {
            return read(kind, body);
        } catch (IllegalArgumentException e) {
            throw new ByteSource.Malformed(String.valueOf(e.getMessage()));
        }
    }

    private static CoordinationMessage read(int kind, byte[] body) {
        ByteSource in = new ByteSource(body);
        return switch (kind) {
            case EXECUTE -> {
                long sent = in.number();
                int count = in.count();
                List<OperationOrder> orders = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    orders.add(order(in));
                }
                yield new Execute(sent, orders);
            }
            case ACKNOWLEDGE -> new Acknowledge(key(in), in.smallNumber(), in.smallNumber());
            case LEAVE_NOW -> new LeaveNow(in.text());
            case FENCE -> new Fence(fenceOrder(in));
            case FENCE_FAILED -> {
                FenceOrder order = fenceOrder(in);
                String device = in.text();
                boolean noDevice = in.flag();
                boolean timedOut = in.flag();
                yield new FenceFailed(new FenceReport(order, false, device, noDevice, timedOut, in.text()));
            }
            case FENCE_PART -> new FencePart(fenceOrder(in).of(in.text()));
            case FENCE_PART_DONE -> {
                FenceOrder part = fenceOrder(in).of(in.text());
                boolean succeeded = in.flag();
                boolean noDevice = in.flag();
                boolean timedOut = in.flag();
                yield new FencePartDone(new FenceReport(part, succeeded, part.device(), noDevice, timedOut, in.text()));
            }
            case FENCE_RESTORES -> new FenceRestores(fenceOrder(in), in.flag());
            case ASK_SETTLED -> new AskSettled(in.text(), in.number());
            case SETTLED -> new Settled(in.text(), in.number());
            case GOODBYE -> new Goodbye(in.text());
            default -> new Unknown(kind);
        };
    }

    private static void write(ByteSink out, OperationOrder order) {
        PrimitiveRef resource = order.resource();
        out.text(order.key().toString())
                .text(resource.id())
                .text(resource.longId())
                .text(resource.agentClass())
                .text(resource.provider())
                .text(resource.type())
                .text(order.operation())
                .text(order.node())
                .text(order.nodeId())
                .number(order.attributes().size());
        order.attributes().forEach((name, value) -> out.text(name).text(value));
    }

    private static OperationOrder order(ByteSource in) {
        TransitionKey key = key(in);
        PrimitiveRef resource = new PrimitiveRef(in.text(), in.text(), in.text(), in.text(), in.text());
        String operation = in.text();
        String node = in.text();
        String nodeId = in.text();
        int count = in.count();
        Map<String, String> attributes = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            attributes.put(in.text(), in.text());
        }
        OperationOrder order = new OperationOrder(key, resource, operation, node, nodeId, attributes);
        order.check();
        return order;
    }

    private static TransitionKey key(ByteSource in) {
        String text = in.text();
        return TransitionKey.parse(text)
                .orElseThrow(() -> new ByteSource.Malformed("'" + text + "' is no transition key"));
    }

    private static void write(ByteSink out, FenceOrder order) {
        out.text(order.operation())
                .text(order.target())
                .text(order.action())
                .number(order.timeoutMillis())
                .number(order.delayMillis())
                .text(order.executor())
                .text(order.origin())
                .text(order.client())
                .number(order.joinedAt());
    }

    private static FenceOrder fenceOrder(ByteSource in) {
        return new FenceOrder(
                in.text(),
                in.text(),
                in.text(),
                in.number(),
                in.number(),
                in.text(),
                in.text(),
                in.text(),
                in.number());
    }
}
