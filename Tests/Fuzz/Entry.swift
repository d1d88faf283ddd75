/// What libFuzzer calls with each input. Each target is a file of this folder, with a `fuzz`.
@c(LLVMFuzzerTestOneInput)
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer's input stands until this returns.
  unsafe fuzz(UnsafeBufferPointer(start: start, count: count).span)
  return 0
}

/// Ends the run where a law does not hold.
func require(_ holds: Bool, _ law: StaticString) {
  if !holds { fatalError("not so: \(law)") }
}
