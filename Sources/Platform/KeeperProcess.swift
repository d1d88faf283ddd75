internal import Bytes
internal import CPlatform
internal import Keeping

/// By then whoever keeps a line active has ended that, unless it hangs.
private let grace = Interval.milliseconds(25)
/// The time after which a line that went on all the same, or refused to go off, is switched off again.
private let again = Interval.milliseconds(250)

/// The life of the keeper, in a process of its own with all signals blocked but those that cannot be. Its memory
/// is locked as it is used: what it needs shall be there when the disk is not.
func keepLines(askedBy channel: consuming Descriptor) -> Never {
  rehearse()
  var kept = KeptLines()
  while true {
    switchOff(&kept)
    var waiting = PollSet<1>()
    waiting.add(channel)
    _ = try? waiting.wait(for: kept.wait(now: Clock.now))
    do throws(SystemError) {
      guard let (request, line) = try receiveRequest(from: channel) else { continue }
      answer(request, line, &kept, to: channel)
    } catch { break }
  }
  for _ in 0..<10 where kept.count > 0 {
    endAll(&kept)
    guard kept.count > 0 else { break }
    var nothing = PollSet<1>()
    _ = try? nothing.wait(for: .milliseconds(100))
  }
  pb_exit(0)
}

/// Uses what it will need, so that it is in memory.
private func rehearse() {
  var kept = KeptLines()
  let request = KeeperRequest(.keep(until: Clock.now), of: -1, number: 0)
  let bytes = request.encoded
  if let request = KeeperRequest(parsing: bytes.bytes) {
    kept.carryOut(request.change, of: request.key, -1)
  }
  switchOff(&kept)
  endAll(&kept)
  letGo(&kept) { _ in true }
}

@inline(never)
private func switchOff(_ kept: inout KeptLines) {
  let now = Clock.now
  while let line = kept.nextDue(now: now, again: again) { _ = pb_gpio_set(line, false) }
}

/// Popbell is gone.
@inline(never)
private func endAll(_ kept: inout KeptLines) { letGo(&kept) { pb_gpio_set($0, false) == 0 } }

@inline(never)
private func letGo(_ kept: inout KeptLines, where isInactive: (Int32) -> Bool) {
  kept.letGo(where: isInactive)
}

private func answer(
  _ request: KeeperRequest, _ line: Int32?, _ kept: inout KeptLines,
  to channel: borrowing Descriptor
) {
  var change = request.change
  if case .keep(let end) = change { change = .keep(until: end + grace) }
  let answer = kept.carryOut(change, of: request.key, line)
  if let unneeded = answer.unneeded { _ = pb_close(unneeded) }
  let reply = KeeperAnswer(number: request.number, isDone: answer.isDone)
  _ = try? channel.write(reply.encoded.bytes)
}

/// The next request, with its line; nil if there is none yet. Throws if popbell is gone, or what came is none.
private func receiveRequest(
  from channel: borrowing Descriptor
) throws(SystemError) -> (KeeperRequest, line: Int32?)? {
  var bytes = KeeperRequest.Bytes()
  var line: Int32 = -1
  var result: Int64 = 0
  bytes.fill { span in
    // SAFETY: the library writes at most as many bytes as there is room for, and keeps no pointer.
    result = unsafe span.withUnsafeMutableBufferPointer { buffer in
      unsafe pb_line_receive(channel.number, buffer.baseAddress, buffer.count, &line)
    }
    return max(0, Int(result))
  }
  // That popbell is gone is said before what it has asked last.
  guard result != -Int64(PB_EAGAIN), result != -Int64(PB_ECONNRESET) else { return nil }
  _ = try check(result, .keeper)
  guard let request = KeeperRequest(parsing: bytes.bytes) else {
    throw SystemError(.keeper, .brokenPipe)
  }
  return (request, line < 0 ? nil : line)
}

/// Sends a request, with a line or (negative) without one.
func send(
  _ request: Span<UInt8>, with line: Int32, to channel: borrowing Descriptor
) throws(SystemError) {
  // SAFETY: the library reads `count` bytes, and keeps no pointer.
  let result = unsafe request.withUnsafeBufferPointer { buffer in
    unsafe pb_line_send(channel.number, buffer.baseAddress, buffer.count, line)
  }
  _ = try check(result, .keeper)
}
