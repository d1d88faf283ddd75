/// Room in a full ledger: alerts still on the server take precedence over those that are gone.
extension Ledger where S: ~Copyable {
  /// Minimum number of records that are dropped at once, if there are as many: a rewrite of the file is not
  /// worth fewer.
  private static var share: Int { capacity / 16 }

  /// Makes sure that an alert can be written down. If there is no room, the oldest entries of gone messages
  /// are dropped, and a copy of one would fire again. Throws `full` if all entries are needed.
  func makeRoom() throws(LedgerError) {
    let needed = 2
    guard sorted + recent.count + needed > Self.capacity else { return }
    guard let age = try oldestAge() else { throw .full }
    try compact(droppingFrom: age)
    guard sorted + recent.count + needed <= Self.capacity else { throw .full }
  }

  /// The age, in hours, from which on entries of gone messages are dropped; nil if none is gone.
  private func oldestAge() throws(LedgerError) -> Int? {
    var counts = [Int](repeating: 0, count: Self.memoryHours + 1)
    try forEachEntry { (entry, _) throws(LedgerError) in
      if let age = self.hoursGone(entry) { counts[min(age, Self.memoryHours)] += 1 }
    }
    var sum = 0
    for age in counts.indices.reversed() {
      sum += counts[age]
      if sum >= Self.share { return age }
    }
    return sum == 0 ? nil : 0
  }

  /// Hours for which a message has been gone; nil if it is not known to be gone.
  func hoursGone(_ entry: Entry) -> Int? {
    if let days = daysGone(entry) { return days * 24 }
    // Some servers confirm deletions and do not delete; that shows within a day.
    guard case .deleted(let hour, _) = entry.state, hour > 0, time / 3600 >= hour + 24 else {
      return nil
    }
    return Int(time / 3600) - Int(hour)
  }
}
