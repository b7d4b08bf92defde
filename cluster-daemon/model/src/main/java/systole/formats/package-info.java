/**
 * Texts that people already have, and the model: CIB XML, the crm language, {@code corosync.conf}.
 *
 * <h2>Invariant</h2>
 * What is read is either taken whole or refused by name and place; writing what was read gives the same model.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel} and {@code model}; alone among the pure packages it may use {@code javax.xml.stream}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.formats.CibXml}, {@link systole.formats.CorosyncConf}
 */
@NullMarked
package systole.formats;

import org.jspecify.annotations.NullMarked;
