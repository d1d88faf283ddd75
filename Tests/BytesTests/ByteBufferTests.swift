import Bytes
import TestSupport
import Testing

@Suite struct ByteBufferTests {
  @Test func refusesTheByteOverItsCapacity() {
    var buffer = ByteBuffer<2>()
    buffer.append("ab")
    let fits1 = buffer.append(0x63)
    #expect(!fits1)
    #expect(text(buffer.bytes) == "ab")
  }

  @Test func changesNothingWhereTextDoesNotFit() {
    var buffer = ByteBuffer<4>("ab")
    let fits2 = buffer.append("cde")
    #expect(!fits2)
    let fits3 = with("cde") { buffer.append($0) }
    #expect(!fits3)
    #expect(text(buffer.bytes) == "ab")
    let fits4 = with("cd") { buffer.append($0) }
    #expect(fits4)
    #expect(text(buffer.bytes) == "abcd")
  }

  @Test func keepsThePrefixThatFits() {
    var buffer = ByteBuffer<3>()
    let whole = with("abcd") { buffer.appendPrefix(of: $0) }
    #expect(!whole)
    #expect(text(buffer.bytes) == "abc")
  }

  @Test func removesFromTheFront() {
    var buffer = ByteBuffer<8>("abcdef")
    buffer.removeFirst(4)
    #expect(text(buffer.bytes) == "ef")
    buffer.removeFirst(2)
    #expect(buffer.isEmpty)
  }

  @Test(arguments: [0, 7, 9, 10, 99, 100, 12345, UInt64.max - 6, UInt64.max])
  func writesDecimals(number: UInt64) {
    var digits = [UInt8]("n".utf8)
    digits.append(decimal: number)
    #expect(text(digits) == "n\(number)")
  }
}
