package systole.kernel;

import java.util.List;

/** What one step produced: the next state, and what the shell must now do, in this order. */
public record Outcome<S, E>(S next, List<E> effects) {
    public Outcome {
        effects = List.copyOf(effects);
    }

    public static <S, E> Outcome<S, E> of(S next) {
        return new Outcome<>(next, List.of());
    }

    public static <S, E> Outcome<S, E> of(S next, E effect) {
        return new Outcome<>(next, List.of(effect));
    }
}
