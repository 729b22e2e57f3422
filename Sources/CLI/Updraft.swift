@main struct Updraft { static func main() {} }
