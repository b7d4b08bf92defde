package systole.lab;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Each test gets three machines that are on, and ends with their power off. */
abstract class ThreeMachines {
    Lab lab;
    LabCluster cluster;

    @BeforeEach
    void powerOn() {
        lab = Lab.up(3);
        cluster = new LabCluster(lab);
    }

    @AfterEach
    void powerOff() {
        lab.close();
    }
}
