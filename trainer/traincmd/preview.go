package traincmd

import (
	"context"
	"path/filepath"

	"hyt/trainer/data"
	"hyt/trainer/preview"
)

// previewed is how many samples a preview shows.
const previewed = 60

// preview shows what the bags would teach, and trains nothing.
func (r run) preview(ctx context.Context, dir string) error {
	set, found, err := data.Open(ctx, r.bags, data.Options{Contract: r.contract, Cache: r.cache})
	if err != nil {
		return err
	}
	defer set.Close()
	r.say("%s", found.String())
	if err := preview.Write(dir, set, previewed); err != nil {
		return err
	}
	r.say("wrote %s", filepath.Join(dir, preview.Page))
	return nil
}
