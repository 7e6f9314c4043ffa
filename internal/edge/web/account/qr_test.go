package account_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/pquerna/otp"

	"quittance.org/quittance/internal/edge/web/account"
)

// The squares on the page are the picture, pixel for pixel.
func TestAQRCodeIsDrawnAsItIs(t *testing.T) {
	t.Parallel()
	for _, size := range []int{200, 256, 333} {
		key, err := otp.NewKeyFromURL("otpauth://totp/Marketplace:ana@example.com?secret=JBSWY3DPEHPK3PXP&issuer=Marketplace")
		if err != nil {
			t.Fatal(err)
		}
		picture, err := key.Image(size, size)
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := account.Drawing(encode(t, picture))
		if err != nil {
			t.Fatal(err)
		}
		squares := map[image.Point]bool{}
		for _, run := range strings.Split(strings.TrimPrefix(drawn.Path, "M"), "M") {
			var x, y, width, back int
			if _, err := fmt.Sscanf(run, "%d %dh%dv1h-%dz", &x, &y, &width, &back); err != nil || width != back {
				t.Fatalf("%q: %v", run, err)
			}
			for i := range width {
				squares[image.Pt(x+i, y)] = true
			}
		}
		unit := size / drawn.Size
		margin := (size - unit*drawn.Size) / 2
		for y := range unit * drawn.Size {
			for x := range unit * drawn.Size {
				gray := color.GrayModel.Convert(picture.At(margin+x, margin+y)).(color.Gray)
				if dark := gray.Y < 128; dark != squares[image.Pt(x/unit, y/unit)] {
					t.Fatalf("size %d: the pixel %d, %d is dark %t in the picture only", size, x, y, dark)
				}
			}
		}
	}
}

func TestAPictureOfSomethingElseIsNotDrawn(t *testing.T) {
	t.Parallel()
	white := image.NewGray(image.Rect(0, 0, 50, 50))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	black := image.NewGray(image.Rect(0, 0, 50, 50))
	for name, picture := range map[string][]byte{"nothing": nil, "no picture": []byte("PNG"), "white": encode(t, white), "black": encode(t, black)} {
		if drawn, err := account.Drawing(picture); err == nil {
			t.Errorf("%s: got %+v", name, drawn)
		}
	}
}

func encode(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
