// Package sftpd is the door of the simulated bank: an SFTP server for one
// customer, with the folders that banks have.
//
//	/inbox     the customer puts files here, under a name that begins with a
//	           dot or ends in ".part", and renames them when they are whole
//	/outbox    what the bank has for the customer
//	/archive   files that the bank has taken, and files that the customer has
//	           moved here from the outbox
//
// The folders are a view of the bank; only uploads that are not whole yet are
// kept here. They outlive a lost connection, so that they can be resumed.
package sftpd

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/sandbox/bank"
)

// User is the name under which the customer signs in.
const User = "marketplace"

// Options configure a Server. All but Address and Log are needed.
type Options struct {
	Bank    *bank.Bank
	Clock   clock.Clock
	Keys    *Keys
	Address string // empty: "127.0.0.1:0"
	Log     *slog.Logger
}

// Server is the SFTP server.
type Server struct {
	options  Options
	config   *ssh.ServerConfig
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	uploads map[string]*upload // by name, those that are not whole
	conns   map[net.Conn]bool
	closing bool
}

// Listen starts a server.
func Listen(o Options) (*Server, error) {
	if o.Bank == nil || o.Clock == nil || o.Keys == nil {
		return nil, errors.New("sftpd: Bank, Clock and Keys are needed")
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{options: o, uploads: map[string]*upload{}, conns: map[net.Conn]bool{}}
	s.config = &ssh.ServerConfig{PublicKeyCallback: s.admit}
	s.config.AddHostKey(o.Keys.host)
	var err error
	if s.listener, err = net.Listen("tcp", o.Address); err != nil {
		return nil, fmt.Errorf("sftpd: %w", err)
	}
	s.running.Go(s.accept)
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close stops the server and ends its connections.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closing = true
	for conn := range s.conns {
		_ = conn.Close()
	}
	s.mu.Unlock()
	err := s.listener.Close()
	s.running.Wait()
	return err
}

// admit lets the one customer in, with the one key.
func (s *Server) admit(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	if meta.User() != User || !bytes.Equal(key.Marshal(), s.options.Keys.user.PublicKey().Marshal()) {
		return nil, errors.New("sftpd: unknown user or key")
	}
	return &ssh.Permissions{}, nil
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		s.mu.Lock()
		if s.closing {
			s.mu.Unlock()
			_ = conn.Close()
			return
		}
		s.conns[conn] = true
		s.mu.Unlock()
		s.running.Go(func() {
			s.serve(conn)
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		})
	}
}

// serve speaks with one connection until it ends.
func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		s.options.Log.Info("sftpd: a connection was turned away", "error", err)
		return
	}
	go ssh.DiscardRequests(requests)
	var sessions sync.WaitGroup
	defer sessions.Wait()
	for offered := range channels {
		if offered.ChannelType() != "session" {
			_ = offered.Reject(ssh.UnknownChannelType, "only sftp")
			continue
		}
		channel, asked, err := offered.Accept()
		if err != nil {
			return
		}
		sessions.Go(func() { s.session(conn, channel, asked) })
	}
}

// session answers a channel: the sftp subsystem, and nothing else.
func (s *Server) session(conn net.Conn, channel ssh.Channel, asked <-chan *ssh.Request) {
	defer channel.Close()
	for r := range asked {
		ok := r.Type == "subsystem" && len(r.Payload) > 4 && string(r.Payload[4:]) == "sftp"
		_ = r.Reply(ok, nil)
		if ok {
			go ssh.DiscardRequests(asked)
			t := &tree{server: s, hangUp: func() { _ = conn.Close() }}
			_ = sftp.NewRequestServer(channel, sftp.Handlers{FileGet: t, FilePut: t, FileCmd: t, FileList: t}).Serve()
			return
		}
	}
}
