package target

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// pointsPerMM: PDF counts in points of 1/72 inch.
const pointsPerMM = 72 / 25.4

// WritePDF writes the page as PDF 1.4 (ISO 32000-1): one page, black
// rectangles and a line of Helvetica, which every reader brings along.
func (p *Page) WritePDF(w io.Writer) error {
	var draw strings.Builder
	// From here on lengths are millimetres from the lower left.
	fmt.Fprintf(&draw, "%.8f 0 0 %.8f 0 0 cm\n0 g\n", pointsPerMM, pointsPerMM)
	for _, r := range append(p.black[:len(p.black):len(p.black)], p.ruler) {
		fmt.Fprintf(&draw, "%.4f %.4f %.4f %.4f re\n", r.x, p.height-r.y-r.h, r.w, r.h)
	}
	fmt.Fprintf(&draw, "f\nBT /F1 3.2 Tf %.4f %.4f Td (%s) Tj ET\n", p.captionAt[0], p.height-p.captionAt[1], p.caption)

	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.4f %.4f] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
			p.width*pointsPerMM, p.height*pointsPerMM),
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", draw.Len(), draw.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	table := fmt.Sprintf("xref\n0 %d\n%010d 65535 f \n", len(objects)+1, 0)
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table, len(objects)+1, start)
	_, err := w.Write(out.Bytes())
	return err
}
