package loop

import (
	"fmt"
	"slices"

	"hyt/policy/tokenizer"
	"hyt/trainer/model"
)

// StartFrom copies the checkpoint's averaged weights over w, the weights of a
// model with the vocabulary of t. That may have more words than the checkpoint's,
// and the model more text positions: what w drew for those stays. The vectors of
// old words follow their word, whatever its id became. Arrays that the checkpoint
// lacks or has in another shape, because the robot has other cameras, numbers of
// proprioception or actions, stay as w drew them; their names are returned.
func (c *Checkpoint) StartFrom(w *model.Weights, t *tokenizer.Tokenizer) (fresh []string, err error) {
	if err := w.Config.CanStartFrom(c.Model); err != nil {
		return nil, err
	}
	old := tokenizer.Build(c.Words)
	if old.Size() != c.Model.Vocab || t.Size() != w.Config.Vocab {
		return nil, fmt.Errorf("vocabularies of %d and %d words belong to models of %d and %d", old.Size(), t.Size(), c.Model.Vocab, w.Config.Vocab)
	}
	ids := make([]int, old.Size())
	for id := range ids {
		if ids[id] = int(t.ID(old.Token(int64(id)))); ids[id] < 0 {
			return nil, fmt.Errorf("the new vocabulary lacks %q, which the checkpoint's has", old.Token(int64(id)))
		}
	}
	from := c.Model.Params()
	for i, p := range w.Params {
		k := slices.IndexFunc(from, func(q model.Param) bool { return q.Name == p.Name && fits(q, p) })
		switch {
		case k >= 0:
			moveRows(w.Tensor[i].F32, c.Average[k], from[k], p, ids)
		case !p.Frozen && !p.Pretrain:
			fresh = append(fresh, p.Name)
		}
	}
	return fresh, nil
}

// fits says whether the array from has its place in to.
func fits(from, to model.Param) bool {
	if len(from.Dims) != len(to.Dims) {
		return false
	}
	for axis, n := range to.Dims {
		grows := axis == 0 && to.Rows != model.Fixed || axis == 1 && to.Columns != model.Fixed
		if from.Dims[axis] != n && !(grows && from.Dims[axis] < n) {
			return false
		}
	}
	return true
}

// moveRows copies the array src, of the shape of from, to its place in dst, of the
// shape of to. ids are the new numbers of the old tokens.
func moveRows(dst, src []float32, from, to model.Param, ids []int) {
	if len(to.Dims) != 2 {
		copy(dst, src)
		return
	}
	wide, narrow := to.Dims[1], from.Dims[1]
	for row := range from.Dims[0] {
		at := row
		if to.Rows == model.Tokens {
			at = ids[row]
		}
		line := src[row*narrow:][:narrow]
		if to.Columns != model.Tokens {
			copy(dst[at*wide:], line)
			continue
		}
		for id, v := range line {
			dst[at*wide+ids[id]] = v
		}
	}
}
