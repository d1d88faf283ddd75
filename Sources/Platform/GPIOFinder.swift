import Bytes
internal import CPlatform

/// The GPIO chips in a folder, in the order of their numbers, each once. The numbers may have holes,
/// and one chip may have several files.
public struct GPIOChips: ~Copyable {
  private let folder: [UInt8]
  /// The files that look like chips; up to 64 are listed.
  private let files: [[UInt8]]
  private var devices: [UInt64] = []
  private var next = 0
  /// That this user may not open a chip: the first of them.
  public private(set) var denied: GPIOError?

  /// How many chips there were so far.
  public var deviceCount: Int { devices.count }

  /// A folder that does not exist has none.
  public init(in folder: Span<UInt8>) throws(GPIOError) {
    files = try listFiles(folder)
    self.folder = [UInt8](folder)
  }

  /// The next chip that can be opened; nil when that was all.
  public mutating func nextChip() throws(GPIOError) -> GPIOChip? {
    while next < files.count {
      let path = folder + "/" + files[next]
      next += 1
      do {
        let chip = try GPIOChip(path: path)
        if isNew(chip.device) { return chip }
      } catch {
        switch error.number {
        case .accessDenied, .notPermitted:
          if denied == nil { denied = .denied(path: path, error.number) }
        case .notFound, .noDevice: break
        default: throw .system(error)
        }
      }
    }
    return nil
  }

  private mutating func isNew(_ device: UInt64) -> Bool {
    for known in devices where known == device { return false }
    devices.append(device)
    return true
  }
}

private func listFiles(_ folder: Span<UInt8>) throws(GPIOError) -> [[UInt8]] {
  var files = [pb_gpio_file](repeating: pb_gpio_file(), count: 64)
  // SAFETY: the library reads and writes within the counts, and keeps no pointer.
  let result = unsafe folder.withUnsafeBufferPointer { folder in
    unsafe files.withUnsafeMutableBufferPointer { files in
      unsafe pb_gpio_list(folder.baseAddress, folder.count, files.baseAddress, files.count)
    }
  }
  guard result != -Int32(PB_ENOENT) else { return [] }
  let count: Int32
  do { count = try check(result, .opendir) } catch { throw .system(error) }
  return (0..<Int(count)).map { [UInt8](field: &files[$0].name) }
}

/// A line that was found, and its open chip.
public struct GPIOLocation: ~Copyable {
  public let chip: GPIOChip
  public let offset: UInt32

  /// Finds a line by its own name, over all chips of the folder.
  public init(line name: Span<UInt8>, in folder: Span<UInt8>) throws(GPIOError) {
    var chips = try GPIOChips(in: folder)
    var search = Search()
    while let chip = try chips.nextChip() {
      for offset in 0..<chip.lineCount where try chip.hasLine(offset, named: name) {
        search.found(chip, line: offset)
      }
    }
    let path = try search.only(of: chips, ifMissing: .noSuchLine)
    do { chip = try GPIOChip(path: path) } catch { throw .system(error) }
    offset = search.offset
  }

  /// Finds a line by its offset, or its name, on one chip, which is given as a path, the name of a
  /// file in the folder, or a label.
  public init(
    chip: Span<UInt8>, line: Span<UInt8>, in folder: Span<UInt8>
  ) throws(GPIOError) {
    let chip = try GPIOChip(chip, in: folder)
    offset = try chip.offset(of: line)
    self.chip = chip
  }
}

extension GPIOChip {
  /// Opens a chip that is given as a path, the name of a file in the folder, or a label.
  public init(_ chip: Span<UInt8>, in folder: Span<UInt8>) throws(GPIOError) {
    var path: [UInt8] = []
    if chip.firstIndex(of: .ascii("/")) == nil {
      path.append(folder)
      path.append(.ascii("/"))
    }
    guard !chip.isEmpty else { throw .noSuchChip }
    path.append(chip)
    do {
      self = try GPIOChip(path: path)
      return
    } catch {
      switch error.number {
      case .accessDenied, .notPermitted: throw .denied(path: path, error.number)
      case .noDevice: throw .noSuchChip
      case .notFound, .nameTooLong: break
      default: throw .system(error)
      }
    }
    var chips = try GPIOChips(in: folder)
    var search = Search()
    while let candidate = try chips.nextChip() {
      if candidate.hasName(chip) { search.found(candidate) }
    }
    let only = try search.only(of: chips, ifMissing: .noSuchChip)
    do { self = try GPIOChip(path: only) } catch { throw .system(error) }
  }

  /// The line with this offset, or this name.
  fileprivate func offset(of line: Span<UInt8>) throws(GPIOError) -> UInt32 {
    if let offset = UInt32(decimal: line) {
      guard offset < lineCount else { throw .noSuchLine }
      return offset
    }
    var search = Search()
    for offset in 0..<lineCount where try hasLine(offset, named: line) {
      search.found(self, line: offset)
    }
    guard search.count > 0 else { throw .noSuchLine }
    guard search.count == 1 else { throw .ambiguous(search.words) }
    return search.offset
  }

  fileprivate func hasLine(
    _ offset: UInt32, named name: Span<UInt8>
  ) throws(GPIOError) -> Bool {
    guard !name.isEmpty else { return false }
    let line: GPIOLine
    do { line = try self.line(at: offset) } catch { throw .system(error) }
    return line.name.span.equals(name)
  }

  private func hasName(_ text: Span<UInt8>) -> Bool {
    if name.span.equals(text) { return true }
    return label.span.equals(text)
  }
}

/// What a look at all chips has found so far.
private struct Search {
  private(set) var count = 0
  private(set) var offset: UInt32 = 0
  /// What was found, cut to `wordsLimit` bytes: "line 17 of gpiochip0 (pinctrl-rp1), …".
  private(set) var words: [UInt8] = []
  private static let wordsLimit = 256
  private var path: [UInt8] = []

  mutating func found(_ chip: borrowing GPIOChip, line offset: UInt32? = nil) {
    if count > 0 { words.append(", ") }
    if let offset {
      words.append("line ")
      words.append(decimal: UInt64(offset))
      words.append(" of ")
    }
    words.append(chip.name)
    words.append(" (")
    words.append(chip.label)
    words.append(")")
    words.removeLast(max(0, words.count - Self.wordsLimit))
    path = chip.path
    self.offset = offset ?? 0
    count += 1
  }

  /// The path of the one chip that was found.
  func only(
    of chips: borrowing GPIOChips, ifMissing error: GPIOError
  ) throws(GPIOError) -> [UInt8] {
    guard count == 0 else {
      guard count == 1 else { throw .ambiguous(words) }
      return path
    }
    if let denied = chips.denied { throw denied }
    throw chips.deviceCount == 0 ? .noChips : error
  }
}
