public import Bytes

/// The lines that are kept: each is to be inactive at its time.
///
/// The memory is fixed. A line is known by its key, and switched by its descriptor.
public struct KeptLines {
  /// Maximum number of lines: as many as there can be outputs (`Config.Limits.outputs`).
  public static let capacity = 32

  private struct Line {
    var key: Int32 = -1
    var descriptor: Int32 = -1
    var end = Instant.never
  }

  private var lines = InlineArray<32, Line>(repeating: Line())
  public private(set) var count = 0

  public init() {}

  /// The result of a request.
  public struct Answer: Equatable, Sendable {
    /// False if there was no room, or no descriptor for a line that is to be kept.
    public let isDone: Bool
    /// The descriptor that is not needed any more, and to be closed; nil if there is none.
    public let unneeded: Int32?

    public init(isDone: Bool, unneeded: Int32?) {
      self.isDone = isDone
      self.unneeded = unneeded
    }
  }

  /// Keeps a line, with another end and descriptor if it is kept already, or lets one go, which needs no
  /// descriptor.
  @discardableResult
  public mutating func carryOut(
    _ change: KeeperRequest.Change, of key: Int32, _ descriptor: Int32?
  ) -> Answer {
    let place = place(of: key)
    let known = place.map { lines[$0].descriptor }
    switch change {
    case .letGo:
      if let place { remove(at: place) }
      return Answer(isDone: true, unneeded: known)
    case .keep(let end):
      guard let descriptor else { return Answer(isDone: false, unneeded: nil) }
      guard place != nil || count < Self.capacity else {
        return Answer(isDone: false, unneeded: descriptor)
      }
      lines[place ?? count] = Line(key: key, descriptor: descriptor, end: end)
      if place == nil { count += 1 }
      return Answer(isDone: true, unneeded: known)
    }
  }

  public func contains(_ key: Int32) -> Bool { place(of: key) != nil }

  /// The key and the end of a line; `index` is from 0, and changes when a line is let go.
  public subscript(index: Int) -> (key: Int32, end: Instant) {
    (lines[index].key, lines[index].end)
  }

  /// The descriptor of a line whose time is over, or nil; the line's end is then `again` after `now`, as it may
  /// be switched on again, or refuse to go off.
  public mutating func nextDue(now: Instant, again: Interval) -> Int32? {
    for index in 0..<count where lines[index].end <= now {
      lines[index].end = now + again
      return lines[index].descriptor
    }
    return nil
  }

  /// The time until the next line is due; nil if none ever is.
  public func wait(now: Instant) -> Interval? {
    var next = Instant.never
    for index in 0..<count { next = min(next, lines[index].end) }
    return next == .never ? nil : max(next - now, .zero)
  }

  /// Lets every line go for which `isInactive`, given its descriptor, says that it is inactive.
  public mutating func letGo(where isInactive: (Int32) -> Bool) {
    for index in (0..<count).reversed() where isInactive(lines[index].descriptor) {
      remove(at: index)
    }
  }

  private func place(of key: Int32) -> Int? { (0..<count).first { lines[$0].key == key } }

  private mutating func remove(at place: Int) {
    count -= 1
    lines[place] = lines[count]
  }
}
