package systole.scheduler.working;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Stable merge sort that also works with a comparison that is no total order: the list is split in half (the first
 * half the smaller), the left element wins a tie. The library's sort may refuse such a comparison.
 */
public final class StableSort {
    private StableSort() {}

    public static <T> void sort(List<T> list, Comparator<? super T> order) {
        if (list.size() < 2) {
            return;
        }
        List<T> sorted = sorted(new ArrayList<>(list), order);
        for (int i = 0; i < sorted.size(); i++) {
            list.set(i, sorted.get(i));
        }
    }

    private static <T> List<T> sorted(List<T> list, Comparator<? super T> order) {
        if (list.size() < 2) {
            return list;
        }
        int half = list.size() / 2;
        List<T> left = sorted(list.subList(0, half), order);
        List<T> right = sorted(list.subList(half, list.size()), order);
        List<T> result = new ArrayList<>(list.size());
        int i = 0;
        int j = 0;
        while (i < left.size() && j < right.size()) {
            if (order.compare(left.get(i), right.get(j)) <= 0) {
                result.add(left.get(i++));
            } else {
                result.add(right.get(j++));
            }
        }
        while (i < left.size()) {
            result.add(left.get(i++));
        }
        while (j < right.size()) {
            result.add(right.get(j++));
        }
        return result;
    }
}
