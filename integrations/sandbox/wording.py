"""The words on a sample score report.

`pdf.py` prints them in the languages that the fonts of every PDF reader can write: Korean, Arabic, Chinese and
Vietnamese PDFs are in English and say in their heading which language the real one would have. `pages.py` takes
`page_texts` and `page_term`: a browser writes all seven languages; their words stand in words.toml.
"""

import tomllib
from pathlib import Path

from integrations.sandbox.names import LANGUAGES

_PAGE_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))

WRITTEN = ("EN", "ES", "FL")

_TEXTS: dict[str, dict[str, str]] = {
    "EN": {
        "title": "Student Score Report",
        "sample": "SAMPLE - fictional student",
        "grade": "Grade",
        "kindergarten": "Kindergarten",
        "tested": "Administration year",
        "school": "School",
        "district": "District",
        "language": "Report language",
        "number": "Student number",
        "family": "To the family of",
        "score": "Overall score",
        "level": "Achievement level",
        "parts": "Results by area",
        "area": "Area",
        "result": "Result",
        "years": "Scores over the years",
        "about": "This score is one measure of what a student knows and can do. It should be read together with "
        "grades, class work and what teachers say.",
        "invented": "The student, the school, the address and every score on this page are invented for rehearsals. "
        "Any likeness to a real person is chance.",
        "preliminary": "PRELIMINARY - not final",
    },
    "ES": {
        "title": "Informe de resultados del estudiante",
        "sample": "MUESTRA / SAMPLE - fictional student",
        "grade": "Grado",
        "kindergarten": "Kínder",
        "tested": "Año de la prueba",
        "school": "Escuela",
        "district": "Distrito",
        "language": "Idioma del informe",
        "number": "Número de estudiante",
        "family": "A la familia de",
        "score": "Puntaje general",
        "level": "Nivel de rendimiento",
        "parts": "Resultados por área",
        "area": "Área",
        "result": "Resultado",
        "years": "Puntajes a lo largo de los años",
        "about": "Este puntaje es una de varias medidas de lo que un estudiante sabe y puede hacer. Debe leerse junto "
        "con las calificaciones, el trabajo en clase y lo que dicen los maestros.",
        "invented": "El estudiante, la escuela, la dirección y todos los puntajes de esta página son inventados para "
        "ensayos. Cualquier parecido con una persona real es casualidad.",
        "preliminary": "PRELIMINAR - no definitivo",
    },
    "FL": {
        "title": "Ulat ng Marka ng Mag-aaral",
        "sample": "HALIMBAWA / SAMPLE - fictional student",
        "grade": "Baitang",
        "kindergarten": "Kindergarten",
        "tested": "Taon ng pagsusulit",
        "school": "Paaralan",
        "district": "Distrito",
        "language": "Wika ng ulat",
        "number": "Numero ng mag-aaral",
        "family": "Sa pamilya ni",
        "score": "Kabuuang marka",
        "level": "Antas ng nakamit",
        "parts": "Mga resulta ayon sa larangan",
        "area": "Larangan",
        "result": "Resulta",
        "years": "Mga marka sa paglipas ng mga taon",
        "about": "Ang markang ito ay isa lamang sa mga sukatan ng alam at kayang gawin ng mag-aaral. Basahin ito "
        "kasama ng mga grado, gawain sa klase, at sinasabi ng mga guro.",
        "invented": "Ang mag-aaral, paaralan, tirahan at lahat ng marka sa pahinang ito ay gawa-gawa para sa "
        "pagsasanay. Nagkataon lamang ang anumang pagkakahawig sa totoong tao.",
        "preliminary": "PAUNA - hindi pa pinal",
    },
}

# Tests' areas, their parts and levels; English where a language has no word here.
_TERMS: dict[str, dict[str, str]] = {
    "ES": {
        "English Language Arts/Literacy": "Artes del lenguaje en inglés y lectoescritura",
        "Mathematics": "Matemáticas",
        "Science": "Ciencias",
        "Reading/Language Arts": "Lectura y artes del lenguaje",
        "English Language Proficiency": "Dominio del idioma inglés",
        "Reading": "Lectura",
        "Writing": "Escritura",
        "Writing Mechanics": "Mecánica de la escritura",
        "Listening": "Comprensión auditiva",
        "Speaking": "Expresión oral",
        "Research and Inquiry": "Investigación",
        "Concepts and Procedures": "Conceptos y procedimientos",
        "Problem Solving and Data Analysis": "Resolución de problemas y análisis de datos",
        "Communicating Reasoning": "Comunicación del razonamiento",
        "Life Sciences": "Ciencias de la vida",
        "Physical Sciences": "Ciencias físicas",
        "Earth and Space Sciences": "Ciencias de la Tierra y el espacio",
        "Standard Not Met": "Estándar no alcanzado",
        "Standard Nearly Met": "Casi alcanzado",
        "Standard Met": "Estándar alcanzado",
        "Standard Exceeded": "Estándar superado",
        "Below Standard": "Debajo del estándar",
        "Near Standard": "Cerca del estándar",
        "Above Standard": "Encima del estándar",
        "Minimally Developed": "Mínimamente desarrollado",
        "Somewhat Developed": "Algo desarrollado",
        "Moderately Developed": "Moderadamente des.",
        "Well Developed": "Bien desarrollado",
        "Range 1": "Rango 1",
        "Range 2": "Rango 2",
        "Range 3": "Rango 3",
    },
    "FL": {
        "Mathematics": "Matematika",
        "Science": "Agham",
        "English Language Proficiency": "Kahusayan sa wikang Ingles",
        "Reading": "Pagbasa",
        "Writing": "Pagsulat",
        "Listening": "Pakikinig",
        "Speaking": "Pagsasalita",
        "Research and Inquiry": "Pananaliksik",
        "Standard Not Met": "Hindi naabot",
        "Standard Nearly Met": "Halos naabot",
        "Standard Met": "Naabot ang pamantayan",
        "Standard Exceeded": "Nahigitan",
        "Below Standard": "Mababa sa pamantayan",
        "Near Standard": "Malapit sa pamantayan",
        "Above Standard": "Mataas sa pamantayan",
    },
}
_OWN_NAMES = {"ES": "español", "FL": "Filipino"}


def texts(language: str) -> dict[str, str]:
    """The words of a language; English for those that cannot be written."""
    return _TEXTS.get(language, _TEXTS["EN"])


def heading_language(language: str) -> str:
    """The language as the heading names it."""
    name = _OWN_NAMES.get(language, LANGUAGES[language].name)
    return name if language in WRITTEN else f"{name} (sample printed in English)"


def term(language: str, english: str) -> str:
    """The name of an area, part or level in a language."""
    return _TERMS.get(language, {}).get(english, english)


def page_texts(language: str) -> dict[str, str]:
    """The words of a language on a page; English where it has none here."""
    words = _PAGE_WORDS["texts"]
    return {**words["EN"], **texts(language), **words.get(language, {})}


def page_term(language: str, english: str) -> str:
    """The name of an area, part or level on a page; English where the language has none here."""
    found: str = _PAGE_WORDS["terms"].get(language, {}).get(english, "")
    return found or term(language, english)
