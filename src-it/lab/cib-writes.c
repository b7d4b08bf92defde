/* Changes of Pacemaker's CIB over one connection: cib-writes COUNT INFLIGHT. Prints what write-bench.pl prints: changes per second,
 * then median, 99th percentile and longest time of one change in milliseconds, then the number of refusals.
 * Built where Debian's pacemaker-dev is installed:
 *   cc -O2 $(pkg-config --cflags pacemaker-cib glib-2.0 libxml-2.0) cib-writes.c -lcib -lcrmcommon $(pkg-config --libs glib-2.0 libxml-2.0) */
#include <crm/crm.h>
#include <crm/cib.h>
#include <crm/common/xml.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static cib_t *cib;
static GMainLoop *loop;
static int count, inflight, sent, done, refused;
static double *begun, *took;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
static xmlNode *change(int i)
{
    char text[512];
    snprintf(text, sizeof text,
        "<crm_config><cluster_property_set id='bench'><nvpair id='bench-%d' name='x-bench-%d' value='%d'/></cluster_property_set></crm_config>",
        i % 50, i % 50, i);
    return string2xml(text);
}
static void fill(void);
static void answered(xmlNode *message, int call, int code, xmlNode *output, void *which)
{
    (void)message; (void)call; (void)output;
    int i = GPOINTER_TO_INT(which);
    took[i] = now() - begun[i];
    refused += code < 0;
    if (++done == count) g_main_loop_quit(loop);
    else fill();
}
static void fill(void)
{
    while (sent < count && sent - done < inflight) {
        int i = sent++;
        xmlNode *xml = change(i);
        begun[i] = now();
        int call = cib->cmds->modify(cib, "crm_config", xml, cib_none);
        free_xml(xml);
        cib->cmds->register_callback(cib, call, 60, FALSE, GINT_TO_POINTER(i), "answered", answered);
    }
}
static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
int main(int words, char **word)
{
    count = words > 1 ? atoi(word[1]) : 200;
    inflight = words > 2 ? atoi(word[2]) : 1;
    begun = calloc(count, sizeof *begun);
    took = calloc(count, sizeof *took);
    cib = cib_new();
    if (count < 1 || cib->cmds->signon(cib, "cib-writes", cib_command) < 0) {
        fprintf(stderr, "cib-writes: no CIB answers here\n");
        return 1;
    }
    xmlNode *set = string2xml("<crm_config><cluster_property_set id='bench'/></crm_config>");
    cib->cmds->modify(cib, "crm_config", set, cib_sync_call | cib_can_create);
    free_xml(set);
    double start = now();
    if (inflight <= 1) {
        for (int i = 0; i < count; i++) {
            xmlNode *xml = change(i);
            begun[i] = now();
            refused += cib->cmds->modify(cib, "crm_config", xml, cib_sync_call) < 0;
            took[i] = now() - begun[i];
            free_xml(xml);
        }
    } else {
        loop = g_main_loop_new(NULL, FALSE);
        fill();
        g_main_loop_run(loop);
    }
    double all = now() - start;
    qsort(took, count, sizeof *took, order);
    printf("%.0f %.2f %.2f %.2f %d\n", count * 1e3 / all, took[(count - 1) / 2], took[(int)((count - 1) * 0.99)], took[count - 1], refused);
    cib->cmds->signoff(cib);
    return 0;
}
