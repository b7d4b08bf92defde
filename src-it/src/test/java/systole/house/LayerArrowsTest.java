package systole.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The house plan as a table. A new arrow is a decision: add it here together with its reason in an ADR. */
class LayerArrowsTest {
    private static final String ROOT = "systole.";

    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("kernel", Set.of()),
            Map.entry("model", Set.of("kernel")),
            Map.entry("pill", Set.of("kernel")),
            Map.entry("formats", Set.of("kernel", "model", "graph")),
            Map.entry("graph", Set.of("kernel", "model")),
            Map.entry("scheduler", Set.of("kernel", "model", "formats", "graph")),
            Map.entry("group", Set.of("kernel")),
            Map.entry("detector", Set.of("kernel")),
            Map.entry("membership", Set.of("kernel", "group", "detector")),
            Map.entry("quorum", Set.of("kernel", "group")),
            Map.entry("witness", Set.of("kernel", "group")),
            Map.entry("state", Set.of("kernel", "model", "group", "quorum", "attributes")),
            Map.entry("attributes", Set.of("kernel", "model")),
            Map.entry("fencing", Set.of("kernel", "model")),
            Map.entry("alerts", Set.of("kernel", "model")),
            Map.entry("transition", Set.of("kernel", "model", "graph")),
            Map.entry(
                    "coordinator",
                    Set.of(
                            "kernel",
                            "model",
                            "group",
                            "state",
                            "quorum",
                            "witness",
                            "attributes",
                            "alerts",
                            "fencing",
                            "graph",
                            "transition")),
            Map.entry("api", Set.of("kernel", "model", "formats", "graph", "pill")),
            Map.entry("wire", Set.of("kernel", "group", "membership", "detector", "state", "witness")),
            Map.entry("transport", Set.of("kernel", "formats", "membership", "wire", "api")),
            Map.entry("storage", Set.of("kernel", "state", "membership", "formats")),
            Map.entry("executor", Set.of("kernel", "model", "fencing")),
            Map.entry("metrics", Set.of("kernel")),
            Map.entry("testkit", Set.of("kernel", "model")),
            Map.entry("cli", Set.of("kernel", "model", "formats", "graph", "scheduler", "api", "pill")));

    /** Wire everything together and are used by nobody. */
    private static final Set<String> ROOTS = Set.of("daemon", "simulation");

    private static final Set<String> PURE = Set.of(
            "kernel",
            "model",
            "pill",
            "formats",
            "graph",
            "scheduler",
            "group",
            "detector",
            "membership",
            "quorum",
            "witness",
            "state",
            "attributes",
            "alerts",
            "fencing",
            "transition",
            "coordinator");

    private static final Set<String> PURE_MAY_USE_FROM_JDK = Set.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.lang.annotation",
            "java.nio.charset",
            "java.util",
            "java.util.function",
            "java.util.regex",
            "java.util.stream",
            "java.time",
            "java.time.format",
            "java.time.temporal",
            "java.time.zone",
            "java.time.chrono",
            "java.math");

    private static final Set<String> NEVER_IN_PURE = Set.of(
            "java.lang.Thread",
            "java.lang.Process",
            "java.lang.Runtime",
            "java.util.Random",
            "java.util.Timer",
            "java.lang.ProcessBuilder",
            "java.time.Clock");

    /** Bytes in memory: neither file nor socket. */
    private static final Set<String> MEMORY =
            Set.of("java.nio.ByteBuffer", "java.nio.CharBuffer", "java.nio.Buffer", "java.io.ByteArrayOutputStream");

    /** What {@code formats} alone may add: a reader of XML text, and the text it reads. */
    private static final Set<String> FORMATS_MAY_ADD =
            Set.of("javax.xml.stream", "java.io.StringReader", "java.io.Reader");

    private final JavaClasses house = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("systole");

    @Test
    void everyArrowIsInTheTable() {
        Set<String> unplanned = new TreeSet<>();
        for (JavaClass from : house) {
            String layer = layerOf(from);
            if (ROOTS.contains(layer)) {
                continue;
            }
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (to.getPackageName().startsWith(ROOT)
                        && !layerOf(to).equals(layer)
                        && !MAY_USE.getOrDefault(layer, Set.of()).contains(layerOf(to))) {
                    unplanned.add(layer + " -> " + layerOf(to) + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(unplanned).as("arrows that the plan does not have").isEmpty();
    }

    @Test
    void pureLayersTouchNoClockNoThreadNoFile() {
        Set<String> leaks = new TreeSet<>();
        for (JavaClass from : house) {
            String layer = layerOf(from);
            if (!PURE.contains(layer)) {
                continue;
            }
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (!allowedInPure(layer, to)) {
                    leaks.add(dependency.getDescription());
                }
            }
        }
        assertThat(leaks).as("pure code reaches outside").isEmpty();
    }

    @Test
    void theTableKnowsEveryPackageOfTheHouse() {
        Set<String> unknown = new TreeSet<>();
        for (JavaClass type : house) {
            String layer = layerOf(type);
            if (!MAY_USE.containsKey(layer) && !ROOTS.contains(layer)) {
                unknown.add(layer);
            }
        }
        assertThat(unknown).as("packages that the plan does not have").isEmpty();
        assertThat(house.size()).as("classes that were looked at").isGreaterThan(100);
    }

    private static boolean allowedInPure(String layer, JavaClass to) {
        String itsPackage = to.getPackageName();
        if (to.isPrimitive() || itsPackage.startsWith(ROOT) || itsPackage.equals("org.jspecify.annotations")) {
            return true;
        }
        if (MEMORY.contains(to.getName())) {
            return true;
        }
        if (PURE_MAY_USE_FROM_JDK.contains(itsPackage)) {
            return !NEVER_IN_PURE.contains(to.getName());
        }
        return layer.equals("formats")
                && (FORMATS_MAY_ADD.contains(itsPackage) || FORMATS_MAY_ADD.contains(to.getName()));
    }

    private static String layerOf(JavaClass type) {
        String itsPackage = type.getPackageName();
        String rest = itsPackage.length() <= ROOT.length() ? "" : itsPackage.substring(ROOT.length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
