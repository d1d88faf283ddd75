/// A ledger that is full: what is still on the server comes before the memory of what is gone.
extension Ledger where S: ~Copyable {
  /// The least number of records that give way, where there are as many: a rewrite of the file is not
  /// worth fewer.
  private static var share: Int { capacity / 16 }

  /// Makes sure that an alert can be written down: where there is no room, the oldest records of
  /// messages that are gone give way, and a copy of those would fire again. Throws `full` where all of
  /// them are needed.
  func makeRoom() throws(LedgerError) {
    let needed = 2
    guard sorted + recent.count + needed > Self.capacity else { return }
    guard let age = try oldestAge() else { throw .full }
    try compact(droppingFrom: age)
    guard sorted + recent.count + needed <= Self.capacity else { throw .full }
  }

  /// The age, in hours, from which on messages that are gone give way; nil where none is gone.
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

  /// For how many hours a message has been gone; nil where it is not known to be.
  func hoursGone(_ entry: Entry) -> Int? {
    if let days = daysGone(entry) { return days * 24 }
    // Some servers say that they delete, and do not: after a day that would have been seen.
    guard case .deleted(let hour, _) = entry.state, hour > 0, time / 3600 >= hour + 24 else {
      return nil
    }
    return Int(time / 3600) - Int(hour)
  }
}
