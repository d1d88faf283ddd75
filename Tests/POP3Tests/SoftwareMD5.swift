import Bytes
import POP3

/// MD5, RFC 1321, so that the tests need no library.
struct SoftwareMD5: MD5Digest {
  private var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
  private var block: [UInt8] = []
  private var length: UInt64 = 0

  private static let shifts: [[UInt32]] = [
    [7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21],
  ]

  /// floor(2^32 |sin(n)|), by the series of the sine: the tests import no mathematics.
  private static let table: [UInt32] = (1...64).map { step in
    let turn = 2 * Double.pi
    let angle = Double(step) - (Double(step) / turn).rounded() * turn
    var term = angle
    var sine = angle
    for k in 1...20 {
      term *= -angle * angle / Double(2 * k * (2 * k + 1))
      sine += term
    }
    return UInt32(sine.magnitude * 4_294_967_296)
  }

  mutating func update(_ byte: UInt8) {
    length += 8
    add(byte)
  }

  consuming func finish() -> [UInt8] {
    let bits = length
    add(0x80)
    while block.count != 56 { add(0) }
    for shift in 0..<8 { add(UInt8(truncatingIfNeeded: bits >> UInt64(8 * shift))) }
    let words = state
    var digest: [UInt8] = []
    for index in 0..<16 {
      digest.append(UInt8(truncatingIfNeeded: words[index / 4] >> UInt32(8 * (index % 4))))
    }
    return digest
  }

  private mutating func add(_ byte: UInt8) {
    block.append(byte)
    guard block.count == 64 else { return }
    compress()
    block = []
  }

  private mutating func compress() {
    let words = (0..<16).map { word in
      block[(4 * word)..<(4 * word + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for step in 0..<64 {
      let (mix, word): (UInt32, Int) =
        switch step / 16 {
        case 0: ((b & c) | (~b & d), step)
        case 1: ((d & b) | (~d & c), (5 * step + 1) % 16)
        case 2: (b ^ c ^ d, (3 * step + 5) % 16)
        default: (c ^ (b | ~d), 7 * step % 16)
        }
      let sum = a &+ mix &+ Self.table[step] &+ words[word]
      let shift = Self.shifts[step / 16][step % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
    }
    state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
  }
}
