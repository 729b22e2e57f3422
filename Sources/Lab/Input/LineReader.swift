/// Gives the lines of a file as bytes.
struct LineReader {
  private let file: InputFile
  private let lineBytesMax: Int
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  /// The number of the line that was given last, from 1.
  private(set) var number = 0

  /// - Parameter lineBytesMax: a longer line is an error.
  init(_ file: InputFile, lineBytesMax: Int) {
    self.file = file
    self.lineBytesMax = lineBytesMax
  }

  /// The next line without its end; nil behind the last one.
  mutating func next() throws(LabError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        number += 1
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      guard buffer.count - start <= lineBytesMax else {
        throw LabError(
          .format, "\(file.path):\(number + 1): a line of more than \(lineBytesMax) bytes")
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        number += 1
        defer { start = buffer.count }
        return Array(buffer[start...])
      }
      buffer.removeFirst(start)
      start = 0
      searched = buffer.count
      isAtEnd = try !file.read(into: &buffer)
    }
  }
}
