package systole.membership;

/** Deliberate faults, switched on by tests only, that the simulation must find. Numbers are those of the lessons. */
enum Mutant {
    /** L1: the stored ring sequence is used again after a restart. */
    REUSE_STORED_SEQUENCE,
    /** L1, D: nothing is reserved on disk before a sequence is used. */
    PERSIST_AFTER_USE,
    /** L3: an obsolete commit token is accepted after a lost recovery. */
    ACCEPT_OLD_COMMIT_TOKEN,
    /** L4: a Join that lists this node as failed is obeyed while operational. */
    OBEY_JOIN_THAT_FAILS_ME,
    /** L5: Joins are dropped while operational. */
    DROP_JOINS_WHILE_OPERATIONAL,
    /** L6: a message cut in two by a new ring is continued there instead of sent anew. */
    CONTINUE_PARTIAL,
    /** L7: a node that receives no messages is never given up. */
    STUCK_RECEIVER_STAYS,
    /** L8: a retransmitted token counts as a new one. */
    ACCEPT_OLD_TOKEN,
    /** L9: the token is held as long as usual although somebody lacks messages. */
    HOLD_ALTHOUGH_SOMETHING_IS_MISSING,
    /** L23: a leave that comes while a ring is formed is forgotten. */
    FORGET_LEAVE_WHILE_GATHERING,
    /** L13: a goodbye is ignored. */
    IGNORE_LEAVE,
    /** L14: foreign rings are not looked for. */
    NEVER_MERGE,
    /** Another ring is met although members have not installed this one yet. */
    MERGE_BEFORE_ALL_INSTALLED,
    /** A Join tells the highest ring sequence heard of, also from nodes given up, instead of the latest one committed to. */
    TELL_HIGHEST_HEARD,
    /** Who has seen and given up other nodes does not agree, although it wants the same ring. */
    AGREE_ON_ALL_SEEN,
    /** Who waits for the second round of a commit token ignores a newer one. */
    STAY_IN_FORMER_COMMIT,
    /** L18: delivery stops at the first gap although later messages must be delivered. */
    STOP_AT_GAP,
    /** L18: messages behind a gap are delivered whoever sent them. */
    DELIVER_ALL_BEHIND_GAP,
    /** Safe messages are delivered like agreed ones. */
    SAFE_IS_AGREED,
    /** Safe after one visit of the token. */
    SAFE_AFTER_ONE_VISIT,
    /** Messages are freed as soon as they are delivered here. */
    FREE_EARLY,
    /** Recovery exchanges nothing. */
    SKIP_RECOVERY,
    /** Recovery ends when this node is done, whether or not the others are. */
    LEAVE_RECOVERY_EARLY,
    /** What a lost recovery brought is forgotten. */
    FORGET_RECOVERED,
    /** Data of the old ring is taken in after the slot was filled. */
    ACCEPT_DATA_IN_COMMIT,
    /** The transitional configuration is taken to be everybody that was here before. */
    WRONG_TRANSITIONAL,
    /** The token's aru is never lowered. */
    NEVER_LOWER_ARU,
    /** Missing messages are not asked for. */
    NEVER_ASK,
    /** Gaps in the regular configuration are not waited for. */
    DELIVER_OVER_GAPS,
    /** A pause of this node counts as silence of the others. */
    BLAME_OTHERS_FOR_OWN_PAUSE,
    /** A restart within the detection time goes unnoticed. */
    IGNORE_RESTART,
    /** The flow control limit vanishes when it should close. */
    UNCLAMPED_WINDOW,
    /** The token loss timer never fires. */
    NEVER_LOSE_TOKEN,
    /** A token that did not arrive is not sent again, nor a commit token. */
    NEVER_RETRANSMIT_TOKEN,
    /** A token counts as proof of the ring for when it arrives. */
    STAND_BY_ARRIVAL
}
