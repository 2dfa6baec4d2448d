#!/usr/bin/perl
# A small HTTP server, for stacks and images that have perl. Port: $PORT.
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 64, ReuseAddr => 1, Proto => 'tcp') or die "listen: $!";
$SIG{CHLD} = 'IGNORE';
while (1) {
    my $client = $server->accept or next;
    if (my $pid = fork) { close $client; next }
    my ($method, $path) = split ' ', (<$client> // '');
    while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
    my $text = "instance " . ($ENV{CF_INSTANCE_INDEX} // '') . " " . ($path // '') . "\n";
    print $client "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " . length($text) . "\r\n\r\n$text";
    close $client;
    exit 0;
}
