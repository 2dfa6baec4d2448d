// Diego's SSH daemon and proxy, and what its cells download and extract archives with.
module cf-pcap/tools/diego

go 1.25.0

tool (
	code.cloudfoundry.org/diego-ssh/cmd/ssh-proxy
	code.cloudfoundry.org/diego-ssh/cmd/sshd
)

require (
	code.cloudfoundry.org/archiver v0.80.0
	code.cloudfoundry.org/bbs v0.0.0-20240208160729-6d10e764fb3e
	code.cloudfoundry.org/cacheddownloader v0.0.0-20250312193827-23c030d5e4f3
	code.cloudfoundry.org/cfhttp/v2 v2.0.1-0.20210513172332-4c5ee488a657
	code.cloudfoundry.org/debugserver v0.0.0-20230612151301-d597b20f28ce
	code.cloudfoundry.org/diego-logging-client v0.0.0-20240223143657-dcc89d577b62
	code.cloudfoundry.org/diego-ssh v0.0.0-20230810200140-af9d79fe9c82
	code.cloudfoundry.org/durationjson v0.78.0
	code.cloudfoundry.org/go-loggregator/v8 v8.0.5
	code.cloudfoundry.org/lager/v3 v3.11.0
	github.com/docker/docker v20.10.25+incompatible
	github.com/gogo/protobuf v1.3.2
	github.com/golang-jwt/jwt/v4 v4.5.0
	github.com/kr/pty v1.1.8
	github.com/pborman/getopt v1.1.0
	github.com/pkg/sftp v1.13.6
	github.com/tedsuo/ifrit v0.0.0-20230516164442-7862c310ad26
	github.com/tedsuo/rata v1.0.0
	github.com/vito/go-sse v1.1.2
	google.golang.org/genproto v0.0.0-20240227224415-6ceb2ff114de
)

require (
	code.cloudfoundry.org/go-diodes v0.0.0-20240220215648-1478b399ee36 // indirect
	code.cloudfoundry.org/tlsconfig v0.0.0-20240216143505-4f8d9b753d56 // indirect
	github.com/bmizerany/pat v0.0.0-20170815010413-6226ea591a40 // indirect
	github.com/creack/pty v1.1.18 // indirect
	github.com/cyphar/filepath-securejoin v0.7.0 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/google/shlex v0.0.0-20191202100458-e7afc7fbc510 // indirect
	github.com/kr/fs v0.1.0 // indirect
	github.com/moby/term v0.5.2 // indirect
	github.com/openzipkin/zipkin-go v0.4.3 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.40.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20240415180920-8c6c420018be // indirect
	google.golang.org/grpc v1.63.2 // indirect
	google.golang.org/protobuf v1.33.0 // indirect
)
