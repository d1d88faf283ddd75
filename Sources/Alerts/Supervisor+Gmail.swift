import Bytes

// Gmail lists about 250 conversations, and no new mail while older mail fills these.
extension Supervisor where S: ~Copyable {
  /// Warns, once a day, if Gmail lists as many messages as it ever does and none of them is new.
  mutating func noteCap(_ mailbox: Int, _ outcome: Outcome, now: Instant) {
    let box = mailboxes[mailbox]
    guard outcome.isPolled else { return }
    box.cappedPolls = box.poll.isCapped ? min(box.cappedPolls, 2) + 1 : 0
    // `popbell once` knows from the ledger that nothing was new.
    guard box.cappedPolls > (mode == .service ? 2 : 0), mode != .once(dryRun: true) else { return }
    if let last = box.capWarning, now - last < Mailbox.longPause { return }
    box.capWarning = now
    report(mailbox, .capped(messages: box.poll.tally.messages))
  }
}
