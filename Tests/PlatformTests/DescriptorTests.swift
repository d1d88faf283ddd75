import Bytes
import Glibc
import Platform
import Testing

@Suite struct DescriptorTests {
  @Test func closesWhatItOwns() throws {
    let pipe = try Pipe()
    let number = pipe.writing.number
    _ = consume pipe.writing
    #expect(fcntl(number, F_GETFD) == -1)
    var buffer = ByteBuffer<4>()
    let result = try pipe.reading.read(into: &buffer)
    #expect(result == .end)
  }

  @Test func readsWhatThereIs() throws {
    let pipe = try Pipe()
    var buffer = ByteBuffer<4>("old")
    var result = try pipe.reading.read(into: &buffer)
    #expect(result == .wouldBlock && buffer.isEmpty)
    let written = try pipe.writing.write(Array("hello".utf8).span)
    #expect(written == 5)
    result = try pipe.reading.read(into: &buffer)
    #expect(result == .bytes(4) && buffer == ByteBuffer("hell"))
    result = try pipe.reading.read(into: &buffer)
    #expect(result == .bytes(1) && buffer == ByteBuffer("o"))
  }

  @Test func writesUntilThereIsNoRoom() throws {
    let pipe = try Pipe()
    let block = [UInt8](repeating: 7, count: 1 << 20)
    let first = try pipe.writing.write(block.span)
    #expect(first != nil && first ?? 0 < block.count)
    let second = try pipe.writing.write(block.span)
    #expect(second == nil)
    do {
      try pipe.writing.writeAll(block.span, within: .milliseconds(1))
      Issue.record("it had room")
    } catch {
      #expect(error.number == .timedOut)
    }
    _ = consume pipe.reading
  }

  @Test func reportsWhatFailed() throws {
    let closed = Descriptor(owning: 1_000_000)
    var buffer = ByteBuffer<4>()
    do {
      _ = try closed.read(into: &buffer)
      Issue.record("it worked")
    } catch {
      #expect(string(error.text.span) == "read: Bad file descriptor")
    }
  }

  @Test func pollTellsWhoIsReady() throws {
    let pipe = try Pipe()
    let other = try Pipe()
    var poll = PollSet<3>()
    poll.add(pipe.reading)
    let second = poll.add(pipe.writing, for: .both)
    let third = poll.add(other.reading)
    var ready = try poll.wait(for: .zero)
    var states = [poll.isReadable(0), poll.isReadable(second), poll.isWritable(second)]
    #expect(ready == 1 && states == [false, false, true])
    _ = try pipe.writing.write([1].span)
    _ = consume other.writing
    ready = try poll.wait(for: nil)
    states = [
      poll.isReadable(0), poll.isWritable(0), poll.isReadable(third), poll.isWritable(third),
    ]
    #expect(ready == 3 && states == [true, false, true, false])
    poll.removeAll()
    ready = try poll.wait(for: .milliseconds(1))
    #expect(ready == 0)
  }
}
