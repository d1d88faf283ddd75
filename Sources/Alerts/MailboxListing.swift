import Bytes
import Ledger

/// A listing of the whole mailbox, while it comes: what of it the supervisor has to be asked, and
/// what of that needs a look.
struct MailboxListing: Sendable {
  /// Identities on their way to the supervisor: of the messages behind those that were answered.
  private var chunk = FetcherFrame.Listed()
  /// Messages that the ledger knows, or that came after what was looked at, and need a look.
  private var looks = MessageNumbers()
  /// Messages that the ledger does not know, among those that were looked at.
  private var unknown = MessageNumbers()
  private let known: Examined
  /// The first `known.count` of them.
  private var first = Examined(rules: 0)
  /// All of them, and those that were answered.
  private var all = Examined(rules: 0)
  private var answered = Examined(rules: 0)
  /// Whether each has an identity, and stands in its place. Those behind the first that has not are
  /// not listed for all we know.
  private(set) var isWhole = true
  /// True if two messages have the same unique-id.
  private(set) var isDoubled = false
  /// True if they are no more than the numbers of messages.
  private var isDisbelieved = false

  init(known: Examined) {
    self.known = known
    chunk.isFirst = true
  }

  /// How many messages are listed, from the first.
  var count: Int { Int(all.count) }

  /// Takes a line. Returns whether `takeChunk` is due.
  mutating func list(_ message: Int, _ identity: Identity?) -> Bool {
    // One that is out of order, or was left out, has no place in what was looked at.
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

  /// All that came of it is taken, and STAT counted `messages`. A listing of fewer has lost its end, and is
  /// not whole.
  mutating func end(counted messages: Int) { if count < messages { isWhole = false } }

  /// What the supervisor is to be asked.
  mutating func takeChunk(isLast: Bool) -> FetcherFrame {
    chunk.tellsNothing = isDoubled || isDisbelieved
    chunk.isLast = isLast && isWhole && !chunk.tellsNothing
    return .listed(chunk)
  }

  /// The unique-ids tell nothing: nobody may believe that the listing is complete.
  mutating func disbelieve() { isDisbelieved = true }

  /// What the supervisor said.
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

  /// Whether the mailbox begins with what was looked at.
  var isRecognised: Bool {
    known.count > 0 && first.count == known.count && first.sum == known.sum
  }

  /// The messages that need a look, but for those that were looked at, where that is wanted. Behind the
  /// last that the listing covers, all do.
  func due(passingOverKnown: Bool) -> MessageNumbers {
    var due = passingOverKnown ? looks : looks.merged(with: unknown)
    if !due.isCut { due.covered = all }
    return due
  }
}

/// Numbers of messages, in order: up to 256, and twice as many of two lists.
struct MessageNumbers: Sendable {
  private static var limit: Int { 256 }

  private var numbers: [UInt32] = []
  /// Their unique-ids.
  private var identities: [Identity] = []
  private var position = 0
  /// Whether some did not fit.
  private(set) var isCut = false
  /// The messages among which it has all.
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

  /// The unique-id of one of them.
  func identity(of message: Int) -> Identity? {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(numbers[middle]) < message { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && Int(numbers[low]) == message ? identities[low] : nil
  }

  /// The next of them; nil where there is none.
  var next: UInt32? {
    guard position < numbers.count, !isCut || numbers[position] <= covered.count else { return nil }
    return numbers[position]
  }

  mutating func removeFirst() { position += 1 }

  /// The next is the first of them that is not before `message`.
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

/// How far the mailbox has been looked at: its first messages, up to the first that has to be looked
/// at again.
struct ExaminedMark: Sendable {
  private(set) var examined = Examined(rules: 0)
  private var isStopped = false
  /// Where only some of the listed messages are looked at: all of them, but those deleted; and what
  /// stands where not all of them could be.
  private var listed: Examined?
  private var fallback: Examined?
  private var knownCount = 0
  private var listedCount = 0
  /// The message that is judged, and the last that `examined` has.
  private var current = 0
  private var lastExamined = 0
  /// The messages behind that one which could not be read and which nothing names, and the first of them.
  private var unknownCount = 0
  private var firstUnknown = 0

  /// The first messages were looked at before.
  mutating func begin(with known: Examined) {
    examined = known
    lastExamined = Int(known.count)
  }

  /// Messages of a listing are looked at where that is due; the others stay as they are. `known` is
  /// what was looked at before, where the listing begins with that.
  mutating func begin(withListed all: Examined, known: Examined?) {
    (listed, fallback) = (all, known)
    knownCount = Int(known?.count ?? 0)
    listedCount = Int(all.count)
  }

  /// A message is to be judged: what is listed has been where that is not among it.
  mutating func reach(_ message: Int, listed count: UInt32) {
    if message > count { endListed() }
    current = message
  }

  /// The message that is judged stays, and needs no other look.
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

  /// The message could not be read, stays, and nothing names it. It counts once one behind it is known:
  /// by itself it could not be found again.
  mutating func extendOverUnknown(_ message: Int) {
    guard listed == nil, !isStopped else { return }
    if unknownCount == 0 { firstUnknown = message }
    unknownCount += 1
  }

  /// The server did not delete a message that was to be: it stays, and needs no other look.
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

  /// The server has deleted a message.
  mutating func delete(_ message: Int, _ word: UInt64?) {
    guard listed != nil else { return }
    guard let word else { return stop() }
    listed = listed?.without(word)
    if listed == nil { stop() }
    if message <= knownCount { fallback = fallback?.without(word) }
  }

  /// The message that is judged has to be looked at again, and so all behind it.
  mutating func stop() { isStopped = true }

  /// All that was due of the listing was looked at, or there is no time for more.
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
  /// Without a message; nil where it is not known which is the last then.
  fileprivate func without(_ word: UInt64) -> Examined? {
    guard last != word || count <= 1 else { return nil }
    var rest = self
    rest.count -= 1
    rest.sum &-= word  // A sum modulo 2^64 by definition.
    return rest.count == 0 ? Examined(rules: rules) : rest
  }
}
