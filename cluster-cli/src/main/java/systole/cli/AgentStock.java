package systole.cli;

import systole.formats.AgentCatalog;

final class AgentStock {
    private AgentStock() {}

    static AgentCatalog load() {
        return AgentCatalog.NONE;
    }
}
