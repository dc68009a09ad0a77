# ruff: noqa: E501 - a table of words reads better one meaning a line
"""What a word is about, English and Spanish, for the words model: so that "your supervisor" is read
as "your boss" was. Words are folded (`spelling.plain`); a star stands for any ending."""

from __future__ import annotations

from functools import lru_cache

_CONCEPTS = {
    "not": "not no never nobody none nor without neither don't won't doesn't isn't didn't can't cannot wouldn't nunca nadie ni sin ningun* tampoco jamas",
    "if": "if unless otherwise until si hasta salvo",
    "we": "we i us our my me we'll i'll we're i'm we've i've nosotros nuestr* mi vamos nos somos haremos",
    "you": "you your yours you're you'll yourself u ur usted ustedes su sus suyo suya lo la le",
    "will": "will going gonna about shall may might could can va van voy puede pueden podria podemos",
    "must": "must have need required obliged demand insist debe deberia tiene tendra exigimos exige",
    "court": "sue sued sues suing lawsuit* court* judge* judgment* judgement* litigat* summon* subpoena* docket* defendant* plaintiff* magistrate* hearing* trial* suit tribunal* complaint petition file filed filing filings clerk served server proceedings lien liens legal legally claims demand* demandar* demanda demandad* juicio* juez jueza juzgado* corte judicial* magistrad* querella pleito* litig* sentencia audiencia* citacion* notificador embargo gravamen legalmente procedimiento procedemos",
    "lawyer": "lawyer* attorney* counsel solicitor* esquire litigator* abogad* licenciad* bufete* letrad* juridic* legal procurador*",
    "police": "police* cop cops sheriff* officer* marshal* deputy deputies constable* detective* patrol warrant* arrest* jail* prison* handcuff* crime* criminal* felon* fraud* theft steal* stole* prosecut* charges booked bars cell inmate* policia* alguacil* oficial* patrulla* orden carcel* preso* presa* prision* esposas delito* crimen penal fiscal fiscalia cargos rejas celda denuncia* fichar",
    "office": "irs dmv fbi treasury government* federal state county city department bureau agency authority authorities board registry district taxes tax refund benefits social section voucher license licence ssa hacienda gobierno* estado condado municipio autoridad* impuestos beneficios seguro licencia* permiso* junta consulado embajada estampillas",
    "take": "seize* seiz* take takes taking taken took garnish* attach attached freeze* frozen froze levy levied tow towed repo repossess* auction* lock locked withhold withheld deduct* intercept* drain* empty grab* confiscat* impound* remove removed collect foreclos* embarg* congel* quita* quit* descont* descuent* retener retenid* retendr* incaut* confisc* remat* bloque* vaci* sacar sacamos llevamos decomis* subast*",
    "income": "wage* paycheck* salary earnings payroll pay income check pension payday bank account savings assets deposit sueldo* salario* nomina cheque quincena* ahorros banco* pension* bienes",
    "car": "car truck vehicle van furniture belongings things stuff couch property carro* auto camioneta* troca* muebles pertenencias cosas vehiculo*",
    "home": "home house apartment unit door key keys lock locks premises roof tenancy lease rent gate casa apartamento* departamento puerta llave* cerradura* chapa* candado* techo vivienda bodega renta",
    "expel": "evict* eviction* out kick* street curb sidewalk homeless shelter leave pack moving removed vacate throw* thrown desaloj* ech* calle fuera empac* mudarse irse lanz*",
    "work": "boss* employer* employ* supervisor* manager* hr job work works workplace coworker* colleague* foreman payroll company office clients customers commander trabajo* empleo* jef* patron* supervisor* gerente* capataz encargad* compañer* companer* rrhh empresa oficina clientes",
    "kin": "wife husband spouse mother mom mama dad father parents son daughter kid kids children brother sister family cousin grandmother grandma grandpa uncle aunt in-laws relatives widow fiance* girlfriend boyfriend ex esposa esposo marido mujer madre padre papa papas hijo* hija* hermano* hermana* familia* prim* abuel* tio* tia* suegr* viud* novi* parientes",
    "public": "neighbor* neighbour* everyone everybody friends facebook instagram nextdoor google online internet twitter tiktok linkedin social church pastor public publicly newspaper lobby building street community town followers wall sign poster flyer* list listed posted publish* post posting blacklist* vecin* todos tod* amig* iglesia* redes publi* periodico edificio cuadra barrio colonia pueblo lista cartel* muro internet",
    "tell": "tell told telling inform* notify notified notif* call calling contact* mention* speak spoke share shared show report reported reporting expose* announce* hear find found know knows knew avis* decir* deci* dig* cont* inform* llam* habl* ensen* mostr* enter* report* sabe* saber",
    "shame": "shame* ashamed disgrace* embarrass* deadbeat* bum loser* thief thieves crook* liar* lazy stupid idiot* pathetic coward* freeload* moocher* scum dishonest honest decent honor pride excuse* excuses cheap* verguenza* pena moros* sinverguenza* ladron* rater* mentiros* flojo* estupid* idiot* cobarde* tramp* descaro decente honrad* honor excusas cuentos irresponsable* palabra",
    "body": "surgery surgeries operation* diagnos* treatment* therap* cancer* chemo* biops* tumor* diabet* insulin* hiv std pregnan* depress* anxiety psychiatr* psycholog* rehab* addict* mri x-ray* xray* ultrasound* colonoscop* root canal tooth teeth filling* crown* knee hip shoulder heart blood medication* pill* prescription* vaccin* injection* infection* dialysis mole hernia biopsy lab test tests results doctor's wound* procedure* cirug* operacion* diagnostic* tratamiento* terapia* cancer quimio* biopsia* tumor* diabetes insulina vih embaraz* depresion ansiedad psiquiatr* psicolog* resonancia ultrasonido colonoscopia endodoncia muela* diente* empaste* corona rodilla cadera hombro corazon sangre medicamento* pastilla* receta* vacuna* herida* aborto abortion dialisis",
    "haste": "now today tonight midnight immediately hour hours minute minutes asap urgent urgently last final deadline expires expire ticking clock sundown noon tomorrow late once instant ya hoy ahora inmediat* hora horas minuto* medianoche urgent* ultim* plazo reloj manana noche tarde vence",
    "credit": "credit score fico experian equifax transunion bureaus mortgage rating history collections collector* collection lenders loan credito buro* puntaje score historial equifax experian hipoteca prestamo cobranza* cobrador*",
    "papers": "immigration ice deport* visa green citizenship papers status undocumented border uscis asylum embassy homeland daca sponsor inmigra* migra migratori* deport* visa papeles ciudadania estatus indocument* frontera asilo",
    "harm": "regret sorry consequence* hurt* harm* destroy* ruin* wreck* visit watch watching hard ugly worse bad pain* fear afraid worst trouble suffer* nasty warned warning threat* revenge beat break lose losing lost arrepent* lament* consecuencia* destru* arruin* visita* vigil* feo peor dolor miedo problema* sufr* advert* amenaz* golpe* pierde* perder* dañ* danar* malas",
    "stop": "stop stops stopping opt opting unsubscribe unsubscribing removal remove quit baja parar paran cancelar cancela detener dejar",
    "fee": "fee fees charge charges charged cost costs dollars dollar price $ cargo* cobra* cobro* cuesta* dolar* costo* tarifa* precio",
    "pay": "pay paying payment payments paid balance bill bills invoice* owe owed debt* money amount settle pague* paga* pagar* pago* saldo* cuenta* factura* deuda* debe dinero importe monto liquid*",
    "free": "free gratis",
    "kind": "please thank thanks help glad happy welcome appreciate apologize apologise hope understand question questions plan options let works suits convenient favor gracias ayuda* ayudar gusto disculpe perdon esperamos entend* pregunta* plan opciones conviene",
    "find": "find hide hiding escape run know where live lives esconde* encontr* donde vive escap*",
    "send": "send sending sent come coming show knock somebody someone guys men agent mand* envi* vien* ir iremos tocar muchachos alguien",
    "asks": "ask asked request requested apply want wish prefer choose change pidio pide pedir solicit* quier* prefier* elij* cambi*",
}  # fmt: skip
_EXACT: dict[str, list[str]] = {}
_STARTS: dict[str, list[str]] = {}
for _name, _words in _CONCEPTS.items():
    for _word in _words.split():
        _table = _STARTS if _word.endswith("*") else _EXACT
        _table.setdefault(_word.rstrip("*"), []).append(_name)


@lru_cache(maxsize=16_384)
def concepts(word: str) -> tuple[str, ...]:
    """What a word is about; most words are about nothing here."""
    about = list(_EXACT.get(word, ()))
    for end in range(3, len(word) + 1):
        about += _STARTS.get(word[:end], ())
    return tuple(dict.fromkeys(about))
