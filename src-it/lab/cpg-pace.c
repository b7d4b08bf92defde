/* Latency of Corosync's cpg at 1,000 messages a second: cpg-pace SIZE SECONDS.
 * From when a message was due until its own agreed delivery, as RingBench measures "pace".   cc -O2 cpg-pace.c -lcpg */
#define _GNU_SOURCE
#include <corosync/cpg.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP 1000000LL
static uint32_t self;
static long long *took;
static size_t got;

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void deliver(cpg_handle_t h, const struct cpg_name *g, uint32_t node, uint32_t pid, void *data, size_t size)
{
	long long stamp;
	(void)h; (void)g; (void)size;
	if (node != self || pid != (uint32_t)getpid()) return;
	memcpy(&stamp, data, sizeof stamp);
	took[got++] = now() - stamp;
}

static void changed(cpg_handle_t h, const struct cpg_name *g, const struct cpg_address *m, size_t mn,
	const struct cpg_address *l, size_t ln, const struct cpg_address *j, size_t jn)
{
	(void)h; (void)g; (void)m; (void)mn; (void)l; (void)ln; (void)j; (void)jn;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;
	return (x > y) - (x < y);
}

int main(int count, char **words)
{
	size_t size = count > 2 ? strtoul(words[1], NULL, 10) : 1024, sent = 0, all;
	double seconds = count > 2 ? atof(words[2]) : 5;
	cpg_callbacks_t callbacks = { .cpg_deliver_fn = deliver, .cpg_confchg_fn = changed };
	struct cpg_name group = { .length = 4, .value = "pace" };
	cpg_handle_t handle;
	struct pollfd poller = { .events = POLLIN };
	char *data = calloc(1, size < sizeof(long long) ? sizeof(long long) : size);
	struct iovec part = { data, size };
	long long began, due, end;

	took = malloc((size_t)(seconds * 1000 + 10) * sizeof *took);
	if (size < sizeof(long long) || !data || !took || cpg_initialize(&handle, &callbacks) != CS_OK
			|| cpg_local_get(handle, &self) != CS_OK || cpg_join(handle, &group) != CS_OK
			|| cpg_fd_get(handle, &poller.fd) != CS_OK) {
		puts("cpg-pace: no cpg here");
		return 1;
	}
	all = (size_t)(seconds * 1000);
	began = due = now();
	end = began + (long long)((seconds + 5) * 1e9);
	while (got < all && now() < end) {
		struct timespec wait = { 0, 0 };
		long long left = sent < all ? due - now() : STEP;
		if (left > 0) wait.tv_nsec = left < 999999999LL ? left : 999999999LL;
		if (ppoll(&poller, 1, &wait, NULL) > 0) cpg_dispatch(handle, CS_DISPATCH_ALL);
		if (sent < all && now() >= due) {
			memcpy(data, &due, sizeof due);
			if (cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1) == CS_OK) due = began + (long long)++sent * STEP;
		}
	}
	if (!got) {
		puts("cpg-pace: nothing came back");
		return 1;
	}
	qsort(took, got, sizeof *took, compare);
	printf("pace size=%zu secs=%.2f sent=%zu delivered=%zu msg_per_s=%.0f p50_us=%lld p99_us=%lld max_us=%lld\n", size, seconds,
		sent, got, got / seconds, took[got / 2] / 1000, took[got * 99 / 100] / 1000, took[got - 1] / 1000);
	return 0;
}
