import Bytes

// Gmail lists about 250 conversations, and new mail not at all while older mail fills that.
extension Supervisor where S: ~Copyable {
  /// Warns once a day where the server lists as many messages as it lists at most, and none is new.
  mutating func noteCap(_ mailbox: Int, _ outcome: Outcome, now: Instant) {
    let box = mailboxes[mailbox]
    guard outcome.isPolled else { return }
    box.cappedPolls = box.poll.isCapped ? min(box.cappedPolls, 2) + 1 : 0
    // Who polls once knows from the ledger that there was nothing new.
    guard box.cappedPolls > (mode == .service ? 2 : 0), mode != .once(dryRun: true) else { return }
    if let last = box.capWarning, now - last < Mailbox.longPause { return }
    box.capWarning = now
    report(mailbox, .capped(messages: box.poll.tally.messages))
  }
}
