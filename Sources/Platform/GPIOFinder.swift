public import Bytes
internal import CPlatform

/// The GPIO chips in a folder, in the order of their numbers, each once. The numbers may have holes,
/// and one chip may have several files.
public struct GPIOChips: ~Copyable {
  private let folder: GPIOPath
  private var files = InlineArray<64, pb_gpio_file>(repeating: pb_gpio_file())
  private var devices = InlineArray<64, UInt64>(repeating: 0)
  private var next = 0
  /// How many files look like chips; up to 64 are listed.
  private var fileCount = 0
  /// How many chips there were so far.
  public private(set) var deviceCount = 0
  /// The first chip that this user may not open, and why.
  public private(set) var denied: (path: GPIOPath, number: ErrorNumber)?

  /// A folder that does not exist has none.
  public init(in folder: Span<UInt8>) throws(GPIOError) {
    self.folder = GPIOPath(prefixOf: folder)
    var span = files.mutableSpan
    // SAFETY: the library reads and writes within the counts, and keeps no pointer.
    let result = unsafe folder.withUnsafeBufferPointer { folder in
      unsafe span.withUnsafeMutableBufferPointer { files in
        unsafe pb_gpio_list(folder.baseAddress, folder.count, files.baseAddress, files.count)
      }
    }
    do {
      fileCount = Int(try check(result, "opendir"))
    } catch {
      guard error.number == .notFound else { throw .system(error) }
    }
  }

  /// The next chip that can be opened; nil when that was all.
  public mutating func nextChip() throws(GPIOError) -> GPIOChip? {
    while next < fileCount {
      var path = folder
      path.append(.ascii("/"))
      path.append(GPIOName(field: files[next].name).bytes)
      next += 1
      do {
        let chip = try GPIOChip(path: path)
        if isNew(chip.device) { return chip }
      } catch {
        switch error.number {
        case .accessDenied, .notPermitted: denied = denied ?? (path, error.number)
        case .notFound, .noDevice: break
        default: throw .system(error)
        }
      }
    }
    return nil
  }

  private mutating func isNew(_ device: UInt64) -> Bool {
    for index in 0..<deviceCount where devices[index] == device { return false }
    devices[deviceCount] = device
    deviceCount += 1
    return true
  }
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
      for offset in 0..<chip.lineCount where try search.matches(chip, offset, name) {
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
    if let offset = UInt32(decimal: line) {
      guard offset < chip.lineCount else { throw .noSuchLine }
      self.chip = chip
      self.offset = offset
      return
    }
    var search = Search()
    for offset in 0..<chip.lineCount where try search.matches(chip, offset, line) {
      search.found(chip, line: offset)
    }
    guard search.count > 0 else { throw .noSuchLine }
    guard search.count == 1 else { throw .ambiguous([UInt8](search.words.bytes)) }
    self.chip = chip
    offset = search.offset
  }
}

extension GPIOChip {
  /// Opens a chip that is given as a path, the name of a file in the folder, or a label.
  public init(_ chip: Span<UInt8>, in folder: Span<UInt8>) throws(GPIOError) {
    var path = GPIOPath()
    if chip.firstIndex(of: .ascii("/")) == nil {
      path.append(folder)
      path.append(.ascii("/"))
    }
    guard !chip.isEmpty, path.append(chip) else { throw .noSuchChip }
    do {
      self = try GPIOChip(path: path)
      return
    } catch {
      switch error.number {
      case .accessDenied, .notPermitted: throw .denied(path: [UInt8](path.bytes), error.number)
      case .noDevice: throw .noSuchChip
      case .notFound: break
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

  private func hasName(_ text: Span<UInt8>) -> Bool {
    if name.bytes.equals(text) { return true }
    return label.bytes.equals(text)
  }
}

/// What a look at all chips has found so far.
private struct Search {
  private(set) var count = 0
  private(set) var offset: UInt32 = 0
  /// All that was found: "line 17 of gpiochip0 (pinctrl-rp1), …".
  private(set) var words = ByteBuffer<256>()
  private var path = GPIOPath()

  func matches(
    _ chip: borrowing GPIOChip, _ offset: UInt32, _ name: Span<UInt8>
  ) throws(GPIOError) -> Bool {
    guard !name.isEmpty else { return false }
    do { return try chip.line(at: offset).name.bytes.equals(name) } catch { throw .system(error) }
  }

  mutating func found(_ chip: borrowing GPIOChip, line offset: UInt32? = nil) {
    if count > 0 { words.append(", ") }
    if let offset {
      words.append("line ")
      words.append(decimal: UInt64(offset))
      words.append(" of ")
    }
    words.appendPrefix(of: chip.name.bytes)
    words.append(" (")
    words.appendPrefix(of: chip.label.bytes)
    words.append(")")
    path = chip.path
    self.offset = offset ?? 0
    count += 1
  }

  /// The path of the one chip that was found.
  func only(
    of chips: borrowing GPIOChips, ifMissing error: GPIOError
  ) throws(GPIOError) -> GPIOPath {
    switch (count, chips.denied) {
    case (1, _): return path
    case (2..., _): throw .ambiguous([UInt8](words.bytes))
    case (_, let (path, number)?): throw .denied(path: [UInt8](path.bytes), number)
    default: throw chips.deviceCount == 0 ? .noChips : error
    }
  }
}
