package population

import "strings"

// names are first and last names common where a language is spoken. They are
// put together at random: nobody is meant.
type names struct {
	code        string
	first, last []string
}

// languageWeights is how many of a hundred households speak each language.
var languageWeights = []int{70, 13, 8, 3, 4, 2}

var languages = []names{
	{
		"en",
		strings.Fields("Ada Alice Amara Aidan Beth Brian Carl Clara Dana Dennis Eliza Erik Faye Frank Grace Grant Hazel Henry Iris Ivan " +
			"Jane Joel Kate Kevin Laura Liam Maeve Marcus Nell Noah Olive Owen Paige Peter Quinn Rose Ruth Sam Sara Ted Tess Victor Wendy Will Zoe"),
		strings.Fields("Abbott Baker Barlow Bishop Carver Chase Cole Dalton Doyle Ellis Fenwick Foster Gale Gray Hale Hart Hollis Keane Lane Lowell " +
			"Marsh Mercer Moran Nash North Osgood Parker Pike Quill Reed Rowe Shaw Stone Sutton Tate Thorne Vance Wade Ware Winslow Yates"),
	},
	{
		"es",
		strings.Fields("Alma Andrés Beatriz Camila Carlos Daniela Diego Elena Esteban Fernanda Gabriel Inés Iván Jimena Joaquín Lucía Luis " +
			"Marisol Mateo Nadia Óscar Paloma Rafael Rocío Sofía Tomás Valeria Ximena"),
		strings.Fields("Acosta Aguilar Barrios Cabrera Cordero Delgado Escobar Fuentes Gallardo Herrera Ibáñez Lozano Maldonado Navarro Ochoa " +
			"Paredes Quintero Ríos Salcedo Tejada Urbina Valdés Zamora Núñez"),
	},
	{
		"pt",
		strings.Fields("Adriana André Bruna Caio Cecília Davi Eduarda Fábio Helena Igor Joana João Larissa Luan Mariana Murilo Natália " +
			"Otávio Priscila Renato Sílvia Tiago Vanessa Vítor"),
		strings.Fields("Almeida Andrade Barbosa Cardoso Carvalho Duarte Esteves Figueira Gouveia Leitão Macedo Moreira Nogueira Pacheco Queiroz " +
			"Ramalho Sampaio Simões Tavares Vasconcelos Xavier"),
	},
	{
		"ht",
		strings.Fields("Anayiz Andrelyn Darline Dieunel Elange Emanyèl Fabiola Frantzy Guerda Jean-Baptiste Judeline Kerline Lovely Marckenson " +
			"Mirlande Nadège Odelin Rose-Laure Sherline Stanley Wideline Wilner Yolette"),
		strings.Fields("Alcius Belizaire Cadet Charlot Delva Desrosiers Dorcély Estimé Fénelon Guerrier Jeudy Laguerre Louissaint Mondésir Noël " +
			"Orélus Paultre Saintil Toussaint Valcin"),
	},
	{
		"zh",
		strings.Fields("Anqi Baolin Chunhua Dawei Fang Guang Haoran Huifen Jiahui Jianguo Junjie Lanfen Lihua Meiling Minghao Ning Peiwen " +
			"Qiang Ruolan Shufen Tianyi Weimin Xiaoling Yating Zhenhua"),
		strings.Fields("Bai Cai Chen Deng Fan Feng Gao Guo Hao Hou Jiang Kang Liang Lu Mao Pan Qian Shen Song Tang Wei Xie Xue Yao Zhong"),
	},
	{
		"vi",
		strings.Fields("Anh Bảo Bích Châu Cường Diệp Dũng Đức Giang Hạnh Hiền Hòa Hương Khánh Lan Linh Long Mai Minh Ngọc Nhung Phúc Quyên " +
			"Sơn Thảo Thủy Trang Tuấn Vân Yến"),
		strings.Fields("Bùi Đặng Đinh Đỗ Dương Hồ Hoàng Huỳnh Lâm Lương Mạc Ngô Nguyễn Phạm Phan Quách Tạ Trần Trịnh Võ Vũ"),
	},
}
