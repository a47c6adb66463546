package bag

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqliteStore reads the rows of one database. Facts about it: table topics (id,
// name, type, serialization_format, from Foxy on offered_qos_profiles), table
// messages (id, topic_id, timestamp, data), from Iron on message_definitions
// (topic_type, encoding, encoded_message_definition).
type sqliteStore struct {
	db      *sql.DB
	topics  map[uint32]topicMetadata
	cleanup func() error
}

// openSQLite finds f's messages by reading through the table's rows, without
// their data.
func (f *file) openSQLite(path string) error {
	s, err := f.connect(path)
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	if err := f.readSQLite(s); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", f.name, err), s.Close())
	}
	s.topics = f.topics
	f.store = s
	return nil
}

func (f *file) readSQLite(s *sqliteStore) error {
	if err := f.readTopics(s); err != nil {
		return err
	}
	f.readDefinitions(s)
	f.scanRows(s)
	return f.noteMessageCompression(s)
}

// connect opens the database without ever writing to it. What a recorder that
// was killed left in a write-ahead log belongs to the bag.
func (f *file) connect(path string) (*sqliteStore, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if !hasContent(abs+"-wal") && !hasContent(abs+"-journal") {
		return f.connectAlone(abs)
	}
	_, err = os.Stat(abs + "-shm")
	hadIndex := err == nil
	s, err := dial(abs, "mode=ro")
	if err != nil {
		f.damages.add(BadEnd, 0, "%s: the log of its last transactions cannot be read (%v): what was written before was read", f.name, err)
		return f.connectAlone(abs)
	}
	if !hadIndex {
		s.cleanup = func() error { return removeIfThere(abs + "-shm") }
	}
	return s, nil
}

// connectAlone opens a database file without what may lie beside it.
func (f *file) connectAlone(abs string) (*sqliteStore, error) {
	header := make([]byte, 18)
	data, err := os.Open(abs)
	if err != nil {
		return nil, err
	}
	n, _ := data.ReadAt(header, 0)
	stat, err := data.Stat()
	if err := errors.Join(err, data.Close()); err != nil {
		return nil, err
	}
	page := pageSize(header[:n])
	if page == 0 || stat.Size()%page == 0 {
		return dial(abs, "mode=ro&immutable=1")
	}
	f.damages.add(BadEnd, 0, "%s ends in the middle of a page: its last %d bytes were left out", f.name, stat.Size()%page)
	pages := wholePages{path: abs, page: page}
	name, unregister, err := pages.register()
	if err != nil {
		return nil, err
	}
	s, err := dial(pages.name(), "immutable=1&vfs="+name)
	if err != nil {
		return nil, errors.Join(err, unregister())
	}
	s.cleanup = unregister
	return s, nil
}

func removeIfThere(name string) error {
	if err := os.Remove(name); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func hasContent(name string) bool {
	stat, err := os.Stat(name)
	return err == nil && stat.Size() > 0
}

// dial opens the database file and sees that it has the tables of a bag. A view
// in their place could run anything, and is refused.
func dial(path, how string) (*sqliteStore, error) {
	// writable_schema lets sqlite open a file that is shorter than it says; nothing
	// is written, since the file is opened for reading only.
	const pragmas = "&_pragma=writable_schema(1)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_pragma=query_only(1)"
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+how+pragmas)
	if err != nil {
		return nil, err
	}
	var tables int
	err = db.QueryRow(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('topics', 'messages')
		AND sql NOT LIKE 'CREATE VIRTUAL%'`).Scan(&tables)
	if err == nil && tables != 2 {
		err = errors.New("it lacks the tables topics and messages: it is no bag, or its first page is damaged")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("it cannot be opened (%w)", plain(err)), db.Close())
	}
	return &sqliteStore{db: db}, nil
}

// plain is what sqlite says, without the name and number of its error.
func plain(err error) error {
	if text, found := strings.CutPrefix(err.Error(), "SQL logic error: "); found {
		err = errors.New(text)
	}
	return err
}

func (s *sqliteStore) Close() error {
	err := s.db.Close()
	if s.cleanup != nil {
		err = errors.Join(err, s.cleanup())
	}
	return err
}

// readTopics reads the table of topics, whatever columns its release gave it.
func (f *file) readTopics(s *sqliteStore) error {
	return eachRow(s.db, "SELECT * FROM topics", func(row map[string]any) {
		id, ok := row["id"].(int64)
		if !ok || id < 0 || id > maxTopic {
			return
		}
		text := func(column string) string {
			switch v := row[column].(type) {
			case string:
				return v
			case []byte:
				return string(v)
			}
			return ""
		}
		f.topics[uint32(id)] = topicMetadata{
			Name: text("name"), Type: text("type"), SerializationFormat: text("serialization_format"),
			OfferedQoSProfiles: quoted(text("offered_qos_profiles")),
		}
	})
}

// maxTopic is the largest number of a topic that is believed.
const maxTopic = 1 << 31

// readDefinitions reads the texts of message types. Before Iron there are none.
func (f *file) readDefinitions(s *sqliteStore) {
	// An error means that the table is not there, or not readable: types that hyt
	// knows need it not.
	_ = eachRow(s.db, "SELECT topic_type, encoding, encoded_message_definition FROM message_definitions", func(row map[string]any) {
		name, _ := row["topic_type"].(string)
		encoding, _ := row["encoding"].(string)
		if text, _ := row["encoded_message_definition"].(string); text != "" {
			f.definitions[name] = Definition{Encoding: encoding, Text: text}
		}
	})
}

// eachRow calls visit with the values of each row, by column.
func eachRow(db *sql.DB, query string, visit func(row map[string]any)) error {
	rows, err := db.Query(query)
	if err != nil {
		return plain(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
		row := make(map[string]any, len(columns))
		for i, c := range columns {
			row[c] = *values[i].(*any)
		}
		visit(row)
	}
	return rows.Err()
}

// noteMessageCompression looks at the first message that can be read.
func (f *file) noteMessageCompression(s *sqliteStore) error {
	if len(f.chunks) == 0 || f.compression != "" {
		return nil
	}
	var head []byte
	err := s.db.QueryRow("SELECT substr(data, 1, 4) FROM messages WHERE rowid = ?", f.chunks[0].firstRow).Scan(&head)
	if err == nil && string(head) == string(zstdMagic) {
		f.compression = "zstd by message"
	}
	return nil
}

// load implements store. Each message has its own memory.
func (s *sqliteStore) load(u *unpacker, c *chunk, wanted func(topic string) bool) ([]Message, []*DamageError) {
	var numbers []string
	for _, number := range c.topics {
		if t, ok := s.topics[number]; ok && wanted(t.Name) {
			numbers = append(numbers, fmt.Sprint(number))
		}
	}
	l := rowLoader{
		store: s, chunk: c, unpack: u,
		query: `SELECT rowid, topic_id, timestamp, data FROM messages
			WHERE rowid BETWEEN ? AND ? AND topic_id IN (` + strings.Join(numbers, ",") + ") ORDER BY rowid",
	}
	for row := c.firstRow; len(numbers) > 0 && row <= c.lastRow; {
		last, err := l.from(row)
		if err == nil {
			break
		}
		// The rows were found when the file was opened, so that this one is where
		// the data is damaged.
		bad, ok, err2 := s.seek(last+1, c.lastRow)
		if err2 != nil || !ok {
			l.damages = append(l.damages, l.damage(last+1, 0, err))
			break
		}
		l.damages = append(l.damages, l.damage(bad, 1, err))
		row = bad + 1
	}
	return l.messages, l.damages
}

// rowLoader collects the messages of one chunk.
type rowLoader struct {
	store    *sqliteStore
	chunk    *chunk
	unpack   *unpacker
	query    string
	messages []Message
	damages  []*DamageError
}

func (l *rowLoader) damage(row int64, messages uint64, err error) *DamageError {
	return &DamageError{
		Kind: BadMessage, File: l.chunk.file.name, Part: fmt.Sprintf("message in row %d", row),
		Messages: messages, From: time.Unix(0, l.chunk.start), To: time.Unix(0, l.chunk.end), Err: plain(err),
	}
}

// from reads the chunk's rows from first on, and returns the last it could read.
func (l *rowLoader) from(first int64) (last int64, err error) {
	last = first - 1
	rows, err := l.store.db.Query(l.query, first, l.chunk.lastRow)
	if err != nil {
		return last, err
	}
	defer rows.Close()
	for rows.Next() {
		var row, topic, stamp int64
		var data []byte
		if err := rows.Scan(&row, &topic, &stamp, &data); err != nil {
			return last, err
		}
		if row <= last {
			return last, errRowOrder
		}
		last = row
		t := l.store.topics[uint32(topic)]
		at := time.Unix(0, stamp)
		m := Message{Topic: t.Name, Type: t.Type, LogTime: at, Published: at}
		if stamp < 0 {
			l.damages = append(l.damages, l.chunk.absurd(t.Name))
		} else if m.Data, err = l.unpack.message(data); err != nil {
			l.damages = append(l.damages, l.chunk.lost(m, err))
		} else {
			l.messages = append(l.messages, m)
		}
	}
	return last, rows.Err()
}
