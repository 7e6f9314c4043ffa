package texting

import (
	"slices"
	"strings"
)

// Word is what somebody texted to us.
type Word string

// The words.
const (
	Stop  Word = "stop"
	Start Word = "start"
	Help  Word = "help"
	Yes   Word = "yes"
	Other Word = "other"
)

// The words in six languages, with and without marks: phones without a keyboard
// of the language have none. Those of English are the ones that carriers and 47
// CFR 64.1200(a)(10) name.
var words = map[Word][]string{
	Stop: {
		"STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "OPT-OUT",
		"ARRET", "ARRÊT", "ALTO", "PARAR", "PARE", "BAJA", "CANCELAR", "SAIR", "SISPANN", "KANPE", "ARÈT", "ARET", "RETE", "停止", "退订", "取消",
		"DỪNG", "DUNG", "HUỶ", "HỦY", "HUY",
	},
	Start: {"START", "UNSTOP", "RESUME", "COMENZAR", "INICIAR", "COMEÇAR", "COMECAR", "KÒMANSE", "KOMANSE", "开始", "BẮT ĐẦU", "BAT DAU"},
	Help:  {"HELP", "INFO", "AYUDA", "AJUDA", "ÈD", "ED", "AIDE", "帮助", "TRỢ GIÚP", "TRO GIUP"},
	Yes:   {"YES", "Y", "SÍ", "SI", "SIM", "WI", "OUI", "是", "好", "CÓ", "CO", "ĐỒNG Ý", "DONG Y"},
}

// first are words that end texts also at the head of a sentence: "Stop texting
// me". END and CANCEL also begin questions, and must stand alone.
var first = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "ARRET", "ARRÊT", "ALTO"}

// Read tells what a reply says.
func Read(reply string) Word {
	text := strings.ToUpper(strings.Join(strings.Fields(strings.Trim(reply, " \t\r\n.,!?¡¿\"'“”‘’。！")), " "))
	for _, word := range []Word{Stop, Help, Start, Yes} {
		if slices.Contains(words[word], text) {
			return word
		}
	}
	head, _, _ := strings.Cut(text, " ")
	if slices.Contains(first, strings.Trim(head, ".,!")) {
		return Stop
	}
	return Other
}
