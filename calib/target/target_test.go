package target

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"testing"

	"hyt/calib/view"
)

var (
	chess = Board{Kind: Chessboard, Rows: 7, Cols: 10, Size: 0.025}
	tags  = Board{Kind: AprilTags, Rows: 4, Cols: 6, Size: 0.03, Gap: 0.25}
)

func paper(t *testing.T, name string) Paper {
	t.Helper()
	p, err := PaperNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// svg is what a reader sees of a page.
type svg struct {
	Width  string `xml:"width,attr"`
	Height string `xml:"height,attr"`
	Box    string `xml:"viewBox,attr"`
	Rects  []struct {
		X float64 `xml:"x,attr"`
		Y float64 `xml:"y,attr"`
		W float64 `xml:"width,attr"`
		H float64 `xml:"height,attr"`
	} `xml:"g>rect"`
}

func written(t *testing.T, b Board, paper Paper) svg {
	t.Helper()
	p, err := NewPage(b, paper)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.WriteSVG(&out); err != nil {
		t.Fatal(err)
	}
	var s svg
	if err := xml.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsPrintedIsWhatTheBoardSays(t *testing.T) {
	for _, b := range []Board{chess, tags} {
		s := written(t, b, paper(t, "a4"))
		// The first rectangle of either board starts at the extent's corner.
		lo, hi := b.Extent()
		x0, y0 := s.Rects[0].X-1e3*lo.X, s.Rects[0].Y-1e3*lo.Y
		black := func(x, y float64) bool {
			for _, r := range s.Rects {
				if x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H {
					return true
				}
			}
			return false
		}
		step := b.Size / 16
		for y := lo.Y - step/2; y < hi.Y+step; y += step {
			for x := lo.X - step/2; x < hi.X+step; x += step {
				if got, want := black(x0+1e3*x, y0+1e3*y), b.Black(x, y); got != want {
					t.Fatalf("%s: at (%.4f, %.4f) m the page is black: %v, the board: %v", b, x, y, got, want)
				}
			}
		}
	}
}

func TestPagesHaveTrueSizes(t *testing.T) {
	s := written(t, chess, paper(t, "a4"))
	if s.Width != "297mm" || s.Height != "210mm" || s.Box != "0 0 297 210" {
		t.Errorf("the page is %s x %s with box %s; a wide board turns the sheet", s.Width, s.Height, s.Box)
	}
	if r := s.Rects[len(s.Rects)-1]; r.W != 100 {
		t.Errorf("the ruler is %g mm, want 100", r.W)
	}
	if r := s.Rects[0]; r.W != 25 || r.H != 25 {
		t.Errorf("a square is %g x %g mm, want 25", r.W, r.H)
	}
}

func TestCornersLieWhereBlackMeetsWhite(t *testing.T) {
	const e = 1e-4
	for i, p := range chess.Corners() {
		nw, ne := chess.Black(p.X-e, p.Y-e), chess.Black(p.X+e, p.Y-e)
		sw, se := chess.Black(p.X-e, p.Y+e), chess.Black(p.X+e, p.Y+e)
		if nw != se || ne != sw || nw == ne {
			t.Fatalf("corner %d at %v is no saddle", i, p)
		}
	}
	for id := range tags.Rows * tags.Cols {
		at, ok := tags.TagCorners(id)
		if !ok {
			t.Fatalf("no tag %d", id)
		}
		centre := view.Point3{X: (at[0].X + at[2].X) / 2, Y: (at[0].Y + at[2].Y) / 2}
		for _, p := range at {
			in := func(f float64) bool {
				return tags.Black(p.X+f*(centre.X-p.X), p.Y+f*(centre.Y-p.Y))
			}
			if !in(0.01) || in(-0.01) {
				t.Fatalf("tag %d: %v is no corner of its border", id, p)
			}
		}
	}
}

func TestOnlyUnevenChessboardsHaveOneWayUp(t *testing.T) {
	for _, b := range []Board{chess, {Kind: Chessboard, Rows: 7, Cols: 9, Size: 0.02}, {Kind: Chessboard, Rows: 6, Cols: 6, Size: 0.02}, tags} {
		lo, hi := b.Extent()
		same := true
		for y := lo.Y + 1e-4; y < hi.Y; y += b.Size / 9 {
			for x := lo.X + 1e-4; x < hi.X; x += b.Size / 9 {
				if b.Black(x, y) != b.Black(lo.X+hi.X-x, lo.Y+hi.Y-y) {
					same = false
				}
			}
		}
		if b.Oriented() == same {
			t.Errorf("%s: Oriented is %v, but half a turn changes it: %v", b, b.Oriented(), !same)
		}
	}
}

func TestTagsDifferByElevenBitsInEveryTurn(t *testing.T) {
	if len(tagCodes) != 587 {
		t.Fatalf("%d codes, the family has 587", len(tagCodes))
	}
	turn := func(c uint64) uint64 { return (c>>9 | c<<27) & (1<<36 - 1) }
	for i, a := range tagCodes {
		for j, b := range tagCodes[i:] {
			for k := range 4 {
				if d := onesIn(a ^ b); d < 11 && (j > 0 || k > 0) {
					t.Fatalf("tags %d and %d differ by %d bits after %d turns", i, i+j, d, k)
				}
				b = turn(b)
			}
		}
	}
}

func onesIn(v uint64) (n int) {
	for ; v != 0; v &= v - 1 {
		n++
	}
	return n
}

func TestPDFIsWellFormed(t *testing.T) {
	p, err := NewPage(tags, paper(t, "a3"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.WritePDF(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	var start, objects int
	if _, err := fmt.Sscanf(text[strings.LastIndex(text, "startxref"):], "startxref\n%d", &start); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text[start:], "\n")
	fmt.Sscanf(lines[1], "0 %d", &objects)
	for i := 1; i < objects; i++ {
		var at int
		fmt.Sscanf(lines[2+i], "%d", &at)
		if want := fmt.Sprintf("%d 0 obj\n", i); !strings.HasPrefix(text[at:], want) {
			t.Errorf("the table says object %d is at %d, where %q stands", i, at, text[at:at+10])
		}
		if len(lines[2+i]) != 19 {
			t.Errorf("entry %q of the table is not 20 bytes with its newline", lines[2+i])
		}
	}
	stream := text[strings.Index(text, "stream\n")+7 : strings.Index(text, "endstream")]
	if !strings.Contains(text, fmt.Sprintf("/Length %d ", len(stream))) {
		t.Errorf("the stream is %d bytes, its length says otherwise", len(stream))
	}
	var scale float64
	fmt.Sscanf(stream, "%f", &scale)
	if math.Abs(scale*25.4-72) > 1e-5 {
		t.Errorf("an inch is %g points", scale*25.4)
	}
}

func TestBoardsThatCannotBePrintedAreRefusedInASentence(t *testing.T) {
	for _, c := range []struct {
		b     Board
		paper string
		want  string
	}{
		{Board{Kind: "circles", Rows: 5, Cols: 7, Size: 0.02}, "a4", "take chessboard, apriltag or charuco"},
		{Board{Kind: ChArUco, Rows: 5, Cols: 7, Size: 0.02}, "a4", "they need a white border"},
		{Board{Kind: "dots", Rows: 5, Cols: 7, Size: 0.02}, "a4", `board type "dots" is not known`},
		{Board{Kind: Chessboard, Rows: 3, Cols: 7, Size: 0.02}, "a4", "is not in 4 x 4 to 50 x 50"},
		{Board{Kind: Chessboard, Rows: 5, Cols: 7, Size: 20}, "a4", "not in 1 to 1000 mm"},
		{Board{Kind: Chessboard, Rows: 5, Cols: 7, Size: math.NaN()}, "a4", "not in 1 to 1000 mm"},
		{Board{Kind: AprilTags, Rows: 4, Cols: 6, Size: 0.02, Gap: 0.1}, "a4", "white border"},
		{Board{Kind: AprilTags, Rows: 30, Cols: 30, Size: 0.02, Gap: 0.3}, "a4", "more than the 587"},
		{Board{Kind: Chessboard, Rows: 7, Cols: 10, Size: 0.04}, "a4", "at most --size 2"},
	} {
		_, err := NewPage(c.b, paper(t, c.paper))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v, want %q", c.b, err, c.want)
		}
	}
	if _, err := PaperNamed("a0"); err == nil {
		t.Error("paper a0 was taken")
	}
	if _, err := FormatOf("board.png"); err == nil {
		t.Error("a page was written as PNG")
	}
}

func TestTheSizeThatARefusalOffersFits(t *testing.T) {
	for _, b := range []Board{chess, tags} {
		b.Size = 0.2
		_, err := NewPage(b, paper(t, "letter"))
		var mm float64
		if _, scan := fmt.Sscanf(err.Error()[strings.LastIndex(err.Error(), "--size"):], "--size %f", &mm); scan != nil {
			t.Fatal(err)
		}
		b.Size = mm / 1e3
		if _, err := NewPage(b, paper(t, "letter")); err != nil {
			t.Errorf("%v", err)
		}
	}
}
