# ruff: noqa: E501 - a word list reads better one group a line
"""Grounds: the words without which the model's suspicion of a matter has nothing to stand on.

A death, a lawyer, a bankruptcy, a wrong person and a wish to stop are said with some word of their
own, however it is spelt. Where a reply holds none, the model guesses from its tone, and no guess
may stop what is lawful. The lists are wide on purpose: a word here proves nothing, it lets the
model be heard. English and Spanish; they run over folded words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dunlin.domain.replies.folding import fold, own_words, pictures
from dunlin.domain.replies.listening import one_typo
from dunlin.domain.replies.phrases import NEVER, TEASED

_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST = 5
"""Letters of a word from which one slip is borne: of shorter ones, too many are real words."""
_DISTINCT = 7
"""Letters of a word that stands in a text by chance nowhere, however the text is parted."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Whole words, beginnings of words (`*` at the end) and phrases (`_` for a space)."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]
    phrases: tuple[str, ...]

    @classmethod
    def of(cls, *lines: str) -> _Lexicon:
        entries = set(" ".join(lines).split())
        return cls(
            whole=frozenset(e for e in entries if "*" not in e and "_" not in e),
            beginnings=tuple(sorted(e[:-1] for e in entries if e.endswith("*"))),
            phrases=tuple(f" {e.replace('_', ' ')} " for e in sorted(entries) if "_" in e),
        )

    def stand_in(self, words: list[str]) -> bool:
        if not self.whole.isdisjoint(words) or any(w.startswith(self.beginnings) for w in words):
            return True
        plain = f" {' '.join(words)} "
        return any(phrase in plain for phrase in self.phrases)


_NAMED: dict[str, _Lexicon] = {
    "deceased": _Lexicon.of(
        "died dieded die dies dyed ded dead death* deceas* deces* diseas* pased passd passd_away passed passes passing past_away pass_away perish*",
        "funeral* bury buried burial buries cremat* ashes casket coffin grave graveyard gravestone headstone cemetery mortuary morgue coroner obituary",
        "estate probate executor executrix heir heirs inherit* next_of_kin surviv* widow* mourn* griev* condolenc* memorial homegoing",
        "heaven lord jesus angel angels rip r_i_p in_peace soul eternal bucket croaked six_feet 6_feet underground in_the_ground the_dirt dove",
        "my_late his_late her_late our_late the_late late_husband late_wife late_mother late_mom late_father late_dad lost lose losing loss gone went_to_be took_his took_her taken killed murder* suicid* overdos* shot hospice",
        "no_longer not_alive alive living lives life breathing with_us not_with_us left_us left_this departed expired around_anymore not_around",
        "muri* muer* mori* murio falle* faye* fale* fall_ec* difunt* defunc* defunt* finad* occis* enterr* entierr* sepel* sepult* velori* velamos velando",
        "panteon cementerio crem* ceniza* viud* luto duelo descans* en_paz qepd q_e_p_d cielo gloria angel alma con_dios senor partio partido",
        "perdi perdimos perdio perdieron se_fue se_nos ya_no no_esta no_vive vivo viva vida vive existe existir dejo_de mato mataron suicid* asesin*",
        "herencia heredero* sucesion testament* albacea esquela luctuos* esta_en_un_lugar_mejor better_place decedent* decedant* dod dcsd unaliv* drown* succumb* slipped_away didnt_make_it did_not_make_it didnt_wake didnt_survive laid_to_rest met_his_maker met_her_maker called_him called_her covid_took took_my daisies the_farm psychic wake gave_out her_service his_service ahogo colgo los_tenis se_llevo se_la_llevo se_lo_llevo llevo_a nos_dejo perder urn mantel candle estiro_la_pata novenario texting_her texting_his infarto",
    ),
    "attorney": _Lexicon.of(
        "law lawyer* lawyr* lawer* laywer* layer lawy* lwyer* attor* ator* atorn* atty* attny* attn counsel* council legal* esq esquire firm firms llp pllc pc",
        "represent* retain* paralegal* advocate* solicitor* barrister* defender* litigat* court courts judge sue sued suing suit lawsuit case poa power_of on_behalf my_behalf on_my_behalf",
        "debt_relief debt_settlement credit_repair credit_counsel* ally clinic client clienta cliente debt_management consolid* rep repd rep_d reps lor cnsl appearance served sue* filed small_claims govern_yourself lwyr*",
        "abog* avog* abgad* abgoad* lic licenciad* lisensiad* bufete despacho juridic* juzgado juez demanda* apoderad* carta_poder poder notari* defensor* defensa procurador* asesor* ley leyes representa* corte letrad* comparec* demando juicio* litigi* consolidacion actuo autos defiend* scales_of scales",
    ),
    "bankruptcy": _Lexicon.of(
        "bankr* banckr* bankup* bancr* bnkr* bkrupt* bk bks bkcy brankrupt* bank_rupt* chapter* chpt* chap ch ch7 ch13 7 13 seven thirteen vii xiii 341 file filed files filing fild trustee* discharg* stay stayed petition* insolven*",
        "court courts judge schedule_f creditors_meeting reorganiz* protection protected relief wiped belly_up went_under case case_number usc u_s_c 362 pacer receivership reaffirm* reafirm* creditors schedule schedules chap7 chap13 bk7 bk13 c7 c13 bkd bk_d plan_pays paralizacion suspension acreedores banca_rota numero_de_caso peticion",
        "bancar* bancca* vancar* bankar* bankrot* quiebra* quebr* kiebra* capitulo* capi* cap siete trece sindico fideicomisari* descarg* declar* insolven* corte juez proteccion tribunal concurso",
    ),
    "wrong_party": _Lexicon.of(
        "wrong* rong worng wrog wrng wron incorrect not no nope nah never dont doesnt didnt isnt isn aint wasnt arent werent nobody noone none neither",
        "who whos whom whose which dis dat else elses another other others different someone somebody anyone anybody stranger* unknown",
        "mis* mistak* misdial* confus* mixed mix_up mixup moved moves used_to old previous prior former formerly ex exwife exhusband divorced separated",
        "new_phone new_number got_this got_the just_got have_had had_this reassign* recycl* belong* his her hers him he hes she shes their theirs them they theyre",
        "tenant owner owners landlord neighbor neighbour kid kids child minor mother father mom mama dad papa son daughter brother sister husband wife uncle aunt cousin nephew niece grandson grandma grandpa roommate parents",
        "company business restaurant church office store shop school pizza hospital hotel landline work_phone work_cell name named names looking_for look_for want wants wanted after trying_to_reach meant_for same_name birthday years_old imposter identity gave stole using_my used_my put_down s_phone s_number s_cell recipient addressee customer patient account_holder mine idk a_reference reference babysitter prepaid asking_for is_john quit was_fired off listed_under under tf moms dads ronng* you_seek de_broma",
        "no ni nunca nadie ningun* equiv* ekiv* ekib* equib* incorrect* errone* error errad* mal otra otras otro otros quien kien quienes konozco conoz* conos* conoc* confund* confus*",
        "cambio cambiaron mudo mudaron anterior antes era antiguo ex ese esa esos aquel aquella ella ya_no de_el busca buscan buscando alguien duena dueno hermano hermana mama papa madre padre hijo hija nino nina esposo esposa vecin* inquilin*",
        "negocio empresa restaurante iglesia tienda oficina escuela nombre llamo llama dieron titular extran* desconoc* tocay* homonim* persona acaban_de_dar cliente paciente divorciad* es_mio ahora referencia contacto_de_emergencia sin_permiso esta_es_la_casa se_fue numero_fue recibir_este puse cual twin bakery thirteen llame prima primo tia tio abuela abuelo fecha_de_nacimiento",
    ),
    "opt_out": _Lexicon.of(
        "stop* stp stpo sotp stahp stawp stopp halt* quit* qit end ends ending ended cancel* cancl* cansel* unsub* unsc* unsu* usub* opt optout opting opted out off remov* remv* delet* erase* block* blk spam* junk report* flag* mark_this scrub* unlist dnc mute* unfollow unregister deregister disenroll unenroll* suppress* arret* desabon* td fin vamoose opout op_out miss_me estorb* rmv* wrap 0_more opongo ahorr* pierd* por_escrito in_writing strike finished done_now keep_texting keeps_texting keep_sending keep_messaging take_back cut_me unavailable off_limits further_correspondence spare",
        "leave leaving let_me_be lemme alone bother* harass* annoy* bugging bug pester* hound* nag* nagging badger* hassl* invad* blow* blast* bombard* buzz* ping* nuisance enough sick tired fed_up over_it over_these over_this had_it done_with im_done done_getting no_more nomore anymore any_more no_mo knock cut chill lay_off back_off give_it_a_rest rest",
        "never lose loose forget ceas* sease desist discontinu* terminat* suspend* refrain* revok* withdraw* rescind* consent* permission authoriz* rather prefer* instead only list lists shut kill drop away get_lost go_away scram beat_it hush quiet silence zip_it peace hate wish unwanted unsolicit* too_many too_much constant* last enuf enogh disconnect without hear_from break_up text_someone someone_else lawyer",
        "not_interested no_interest how_often please_send_nothing nothing_else no_thanks no_thank_you no_ty nty no_texts no_text no_txt no_msgs no_messages no_calls no_emails no_reminders no_contact why_are_you why_do_you how_many_times already_told told_you asked_you do_you_mind",
        "alto altos par* pare paren basta bastante baja bajas bajen* cancel* canzel* dej* quit* kit* borr* elimin* saqu* sac* remov* remuev* deten* detene* suspend* ces* stop estop bloque* spam report* hart* cans* suficient* demasiad* olvid* desuscri* desuscribi* desinscri* desapunt* anul* termin* revoc* retir* permiso* consent* autoriz* prefer* prefier* prefir* salir salgo fuera lista absten* suprim* apag* desactiv* paz tranquil* molest* fastidi* frieg* freg* lat* moli* jod* chin* call* bast* ya_no no_mas nomas no_sigan no_insist* que_no ultimo nada_de ningun insist* silencio acab* cort* corten solo nunca jamas tanto tantos lejos larg* vayan* ya_estuvo hasta_cuando ultima_misiva no_volviera salirme",
        "text texts texting texted txt* msg* messag* mesag* sms reminder* notification* alerts email* e_mails contact* deactivat* disabl* purge* exclude* wipe dump ditch",
        "mensaj* msj* textos texte* avisos recordatori* notificacion* correos deshabilit* exclu* inhabilit*",
        "raised_hand no_entry prohibited octagonal_sign face_with_no_good middle_finger zipper mute",
    ),
}  # fmt: skip
# A "no" is a wish to stop where it is said of what is sent.
_DENIED = _Lexicon.of(
    "no not dont dnt do_not doesnt didnt never nor wont cant cannot shouldnt aint nah nope negative none somebody ni nunca jamas ya sin tampoco stop"
)
_SENT = _Lexicon.of(
    "text* txt* tex* messag* mesag* msg* mssg* sms call* phone* contact* email* e_mail* mail* write* writing send* sent remind* notif* alert* ping* hear* receiv* get getting reach* number cell here this these those them it more anything nothing again want* wanna need* like agree* sign* ask* enroll* subscri* allow* okay_with interested hmu hit",
    "mens* msj* textos texte* text* escri* mand* envi* inbi* embi* llam* contact* correo* aviso* recordat* notific* numero cel* telefono recib* kiero quier* dese* necesit* acept* mas nada esto estos busqu* interes* ped* pedi comuni*",
)
# Spelt with one slip, these are still seen.
_SLIPS: dict[str, tuple[str, ...]] = {
    "deceased": ("deceased", "passed", "funeral", "buried", "cremated", "fallecio", "fallecido", "fallecida", "difunto", "difunta", "murio", "muerto", "muerta", "enterramos", "viuda"),
    "attorney": ("lawyer", "lawyers", "attorney", "attorneys", "counsel", "represented", "legal", "abogado", "abogada", "abogados", "licenciado", "representado"),
    "bankruptcy": ("bankrupt", "bankruptcy", "chapter", "trustee", "discharged", "bancarrota", "quiebra", "capitulo"),
    "wrong_party": ("wrong", "nobody", "someone", "somebody", "mistake", "equivocado", "equivocada", "equivoco", "incorrecto", "conozco"),
    "opt_out": ("unsubscribe", "cancel", "remove", "delete", "stop", "stopall", "cancelar", "cancelen", "detener", "borren", "quitenme", "saquenme", "dejen", "basta", "paren"),
}  # fmt: skip


_YOUNG = (
    r"(?:[7-9]|1[0-7]|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen)"
)
_CHILD = re.compile(
    rf"\b(?:i ?m|i am) (?:only |just |like )?{_YOUNG}(?: ?(?:years?|yrs?) old| ?yo| y o)?$"
    r"|\b(?:i ?m|i am) (?:only |just |still )?(?:an? )?(?:minor|kid|child|under ?age|under 18)$"
    r"|\btengo (?:solo |apenas |nomas )?(?:[7-9]|1[0-7]) anos$"
    r"|\bsoy (?:un |una )?(?:menor(?: de edad)?|nin[oa])$"
)
_SENTENCE = re.compile(r"[.!?;,\n]+")


def of_a_child(text: str) -> bool:
    """Whether a sentence of a reply says that who writes is under 18: whoever owes is somebody
    else, or cannot be bound."""
    parts = _SENTENCE.split(own_words(text))
    return any(_CHILD.search(" ".join(_WORD.findall(fold(part)))) for part in parts)


def groundless(text: str) -> frozenset[str]:
    """The labels among deceased, attorney, bankruptcy, wrong_party and opt_out of which a reply, as
    it came, holds no word."""
    own = own_words(text)
    words = _WORD.findall(f"{fold(own)} {pictures(own)}")
    return frozenset(label for label in _NAMED if not _holds(words, label))


def _holds(words: list[str], label: str) -> bool:
    if label == "opt_out":  # "stop by the office" ends nothing
        words = TEASED.sub(" ", NEVER.sub(" ", " ".join(words))).split()
    if _NAMED[label].stand_in(words):
        return True
    if label == "opt_out" and _DENIED.stand_in(words) and _SENT.stand_in(words):
        return True
    long = [word for word in words if len(word) >= _SHORTEST]
    if any(one_typo(word, slip) for word in long for slip in _SLIPS[label]):
        return True
    joined = "".join(words)  # a word that fell apart
    return any(slip in joined for slip in _SLIPS[label] if len(slip) >= _DISTINCT)
