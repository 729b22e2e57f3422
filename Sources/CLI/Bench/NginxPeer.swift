internal import HTTP

/// nginx with one worker that serves one file from memory.
final class NginxPeer {
  private let scratch: ScratchFolder
  let process: ChildProcess
  let address: String

  /// Starts it; `Failure` when it is not installed.
  init(serving body: [UInt8]) throws {
    scratch = try ScratchFolder("updraft-bench")
    let folder = scratch.path
    let listener = try HTTPServer(listen: "127.0.0.1:0") { _ in }
    let port = listener.port
    listener.stop()
    try Files.write(folder + "/page.json", body)
    let configuration = """
      daemon off; master_process off; pid \(folder)/pid; error_log \(folder)/error.log;
      events { worker_connections 1024; }
      http {
        access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
        open_file_cache max=10; types { application/json json; }
        client_body_temp_path \(folder)/a; proxy_temp_path \(folder)/b;
        fastcgi_temp_path \(folder)/c; uwsgi_temp_path \(folder)/d; scgi_temp_path \(folder)/e;
        server { listen 127.0.0.1:\(port); root \(folder); }
      }
      """
    try Files.write(folder + "/nginx.conf", Array(configuration.utf8))
    process = try ChildProcess("nginx", ["-c", folder + "/nginx.conf", "-p", folder])
    address = "http://127.0.0.1:\(port)/page.json"
    let client = HTTPClient(timeoutMilliseconds: 1_000)
    let deadline = ContinuousClock.now + .seconds(10)
    while (try? client.send("GET", address))?.status != 200 {
      guard process.isRunning, ContinuousClock.now < deadline else {
        throw Failure("nginx", "nginx did not start: \(process.errorSoFar)")
      }
    }
  }
}
