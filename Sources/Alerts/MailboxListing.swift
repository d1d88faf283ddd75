import Bytes
import Ledger

/// A listing of the whole mailbox, while it arrives: the identities that the supervisor must be asked about,
/// and the messages that need a look.
struct MailboxListing: Sendable {
  /// Identities on their way to the supervisor, of the messages behind those it has answered.
  private var chunk = FetcherFrame.Listed()
  /// Messages that need a look, because the ledger says so or because they follow those looked at before.
  private var looks = MessageNumbers()
  /// Messages unknown to the ledger, among those that were looked at before.
  private var unknown = MessageNumbers()
  private let known: Examined
  /// The first `known.count` listed messages.
  private var first = Examined(rules: 0)
  /// All listed messages.
  private var all = Examined(rules: 0)
  /// The messages that the supervisor has answered.
  private var answered = Examined(rules: 0)
  /// False once a message has no identity, is out of order or is missing at the end. Messages behind the
  /// first such one are not listed.
  private(set) var isWhole = true
  /// True if two messages have the same unique-id.
  private(set) var isDoubled = false
  /// True if the unique-ids are no more than message numbers.
  private var isDisbelieved = false

  init(known: Examined) {
    self.known = known
    chunk.isFirst = true
  }

  /// Number of listed messages, from the first.
  var count: Int { Int(all.count) }

  /// Adds a message of the listing. Returns `true` if the chunk is full and `takeChunk` must be called.
  mutating func list(_ message: Int, _ identity: Identity?) -> Bool {
    // A message that is out of order, or was left out, has no place in `Examined`.
    guard let identity, message == Int(all.count) + 1 else {
      isWhole = false
      return false
    }
    guard isWhole else { return false }
    all.add(identity.word)
    if message <= known.count { first = all }
    for index in 0..<chunk.count where chunk[index] == identity { isDoubled = true }
    chunk.append(identity)
    return chunk.isFull
  }

  /// Ends the listing. One of fewer than the `messages` that STAT counted has lost its end, and is not whole.
  mutating func end(counted messages: Int) { if count < messages { isWhole = false } }

  /// The frame with the identities that the supervisor is to answer.
  mutating func takeChunk(isLast: Bool) -> FetcherFrame {
    chunk.tellsNothing = isDoubled || isDisbelieved
    chunk.isLast = isLast && isWhole && !chunk.tellsNothing
    return .listed(chunk)
  }

  /// Notes that the unique-ids do not tell messages apart, so that the listing does not count as complete.
  mutating func disbelieve() { isDisbelieved = true }

  /// Handles the supervisor's verdicts on the current chunk.
  mutating func answered(_ answer: ListingAnswer) {
    for index in 0..<chunk.count {
      let (number, identity) = (answered.count + 1, chunk[index])
      switch answer[index] {
      case .kept: break
      case .look: looks.append(number, identity, after: answered)
      case .unknown where number > known.count: looks.append(number, identity, after: answered)
      case .unknown: unknown.append(number, identity, after: answered)
      case .doubled: isDoubled = true
      }
      answered.add(chunk[index].word)
    }
    chunk.removeAll()
  }

  /// True if the mailbox begins with the messages that were looked at before.
  var isRecognised: Bool {
    known.count > 0 && first.count == known.count && first.sum == known.sum
  }

  /// The messages that need a look; with `passingOverKnown`, without those that were looked at before and
  /// that the ledger does not know. All messages behind the listed ones need a look, too.
  func due(passingOverKnown: Bool) -> MessageNumbers {
    var due = passingOverKnown ? looks : looks.merged(with: unknown)
    if !due.isCut { due.covered = all }
    return due
  }
}

/// Message numbers in ascending order, with unique-ids: up to 256, or 512 in a merged list.
struct MessageNumbers: Sendable {
  private static var limit: Int { 256 }

  private var numbers: [UInt32] = []
  /// Hashes of the unique-ids of these messages.
  private var identities: [Identity] = []
  private var position = 0
  /// True if some messages did not fit.
  private(set) var isCut = false
  /// The first messages of the mailbox, for which the list is complete.
  var covered = Examined(rules: 0)

  init() {}

  mutating func append(_ number: UInt32, _ identity: Identity, after covered: Examined) {
    guard !isCut else { return }
    guard numbers.count < Self.limit else {
      isCut = true
      self.covered = covered
      return
    }
    add(number, identity)
  }

  // Arrays that grow leave pages behind them that nothing uses.
  private mutating func add(_ number: UInt32, _ identity: Identity) {
    if numbers.isEmpty {
      numbers.reserveCapacity(Self.limit)
      identities.reserveCapacity(Self.limit)
    }
    numbers.append(number)
    identities.append(identity)
  }

  /// Hash of the unique-id of `message`; nil if the list does not have it.
  func identity(of message: Int) -> Identity? {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(numbers[middle]) < message { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && Int(numbers[low]) == message ? identities[low] : nil
  }

  /// The next number; nil if none is left.
  var next: UInt32? {
    guard position < numbers.count, !isCut || numbers[position] <= covered.count else { return nil }
    return numbers[position]
  }

  mutating func removeFirst() { position += 1 }

  /// Continues with the first number that is not less than `message`.
  mutating func skip(to message: Int) {
    position = numbers.firstIndex { Int($0) >= message } ?? numbers.count
  }

  private mutating func take(from other: inout MessageNumbers) {
    add(other.numbers[other.position], other.identities[other.position])
    other.removeFirst()
  }

  func merged(with other: MessageNumbers) -> MessageNumbers {
    var (left, right) = (self, other)
    var merged = MessageNumbers()
    for list in [self, other] where list.isCut {
      if !merged.isCut || list.covered.count < merged.covered.count {
        merged.covered = list.covered
      }
      merged.isCut = true
    }
    while let either = left.next ?? right.next {
      if left.next == min(either, right.next ?? either) {
        merged.take(from: &left)
      } else {
        merged.take(from: &right)
      }
    }
    return merged
  }
}

/// The first messages of the mailbox, up to the first that must be looked at again.
struct ExaminedMark: Sendable {
  private(set) var examined = Examined(rules: 0)
  private var isStopped = false
  /// All listed messages but those deleted, if only some of the listed ones are looked at; nil otherwise.
  private var listed: Examined?
  /// The messages looked at before, without the deleted ones, if the listing begins with them; nil otherwise.
  /// They alone count as looked at if not every due message could be.
  private var fallback: Examined?
  private var knownCount = 0
  private var listedCount = 0
  /// The message that is being judged.
  private var current = 0
  /// The last message that `examined` includes.
  private var lastExamined = 0
  /// Number of messages behind `lastExamined` that could not be read and have no hash.
  private var unknownCount = 0
  /// The first of these messages.
  private var firstUnknown = 0

  /// Begins with the messages that were looked at before.
  mutating func begin(with known: Examined) {
    examined = known
    lastExamined = Int(known.count)
  }

  /// Begins with a listing, of which only due messages are looked at. `known` is what was looked at before,
  /// if the listing begins with that.
  mutating func begin(withListed all: Examined, known: Examined?) {
    (listed, fallback) = (all, known)
    knownCount = Int(known?.count ?? 0)
    listedCount = Int(all.count)
  }

  /// Notes that `message` is judged next. If it is behind the listed ones, those are done.
  mutating func reach(_ message: Int, listed count: UInt32) {
    if message > count { endListed() }
    current = message
  }

  /// Notes that the current message, with hash `word`, stays and needs no other look. Stops if it has no
  /// hash.
  mutating func extend(over word: UInt64?) {
    guard listed == nil else { return }
    guard let word else { return stop() }
    guard !isStopped else { return }
    // The hash 0 stands for what nothing names: none is recognised by it.
    for _ in 0..<unknownCount { examined.add(0) }
    unknownCount = 0
    examined.add(word)
    lastExamined = current
  }

  /// Notes that the message could not be read, stays, and has no hash. It counts once a message behind it has
  /// one, because it could not be recognised as the last.
  mutating func extendOverUnknown(_ message: Int) {
    guard listed == nil, !isStopped else { return }
    if unknownCount == 0 { firstUnknown = message }
    unknownCount += 1
  }

  /// Notes that the server refused to delete a message, which stays and needs no other look.
  mutating func keep(_ message: Int, _ word: UInt64?) {
    guard message > listedCount else { return }  // What is listed has it.
    guard let word else {
      if message < lastExamined { examined = Examined(rules: 0) }
      return stop()
    }
    if unknownCount > 0, message > firstUnknown { return stop() }
    if message < lastExamined {
      examined.count += 1
      examined.sum &+= word  // A sum modulo 2^64 by definition.
    } else if !isStopped {
      examined.add(word)
      lastExamined = message
    }
  }

  /// Notes that the server has accepted DELE for a message.
  mutating func delete(_ message: Int, _ word: UInt64?) {
    guard listed != nil else { return }
    guard let word else { return stop() }
    listed = listed?.without(word)
    if listed == nil { stop() }
    if message <= knownCount { fallback = fallback?.without(word) }
  }

  /// Notes that the current message, and thus all behind it, must be looked at again.
  mutating func stop() { isStopped = true }

  /// Ends the listed part: every due message of it was looked at, or there is no time for more.
  mutating func endListed() {
    guard listed != nil || fallback != nil else { return }
    if let listed, !isStopped {
      examined = listed
      lastExamined = listedCount
    } else if let fallback {
      examined = fallback
    }
    (listed, fallback) = (nil, nil)
  }
}

extension Examined {
  /// The same without the message of hash `word`; nil if it was the last, as the hash before it is unknown.
  fileprivate func without(_ word: UInt64) -> Examined? {
    guard last != word || count <= 1 else { return nil }
    var rest = self
    rest.count -= 1
    rest.sum &-= word  // A sum modulo 2^64 by definition.
    return rest.count == 0 ? Examined(rules: rules) : rest
  }
}
