"""Words that tell firms from people, and given names: what `names.py` decides by.

Folded: lower case, no accents. A word stands among the sure ones only where hardly anybody is
called so; `Church`, `Banks` and `Price` are surnames, so alone they make no firm.
"""

from __future__ import annotations

FORMS = frozenset(
    """
    inc incorporated llc llp lp pllc plc ltd limited corp corporation gmbh mbh kg kgaa ohg gbr ug
 sarl eurl sasu sci scp snc selarl sl slu sll srl scl spa bv nv cv vof oyj aps pty pte
    ltda eireli lda sociedad unipessoal
    """.split()
)
"""Legal forms that are nobody's name, wherever they stand after the first word."""

SHORT_FORMS = frozenset("sa sas se ag as ab co oy sc pc pa ek ev eg".split())
"""Legal forms that are surnames too: they count at the end, written apart from the rest."""

LEADING_FORMS = frozenset("sarl eurl sci scp snc selarl sas sa gaec ".split())
"""Legal forms that French firms put before their name."""

TRADES = frozenset(
    """
    group groups holding holdings partners associates services solutions systems industries
    enterprise enterprises consulting consultants consultancy logistics trucking transport
    transports transportation freight properties realty management foundation university hospital
    hospitals clinic clinics dental dentistry orthodontics pharmacy pharmacies restaurant
    restaurants cafe hotel motel motors insurance association society institute department dept
    agency agencies studio studios lab labs laboratory laboratories technologies technology tech
    bakery brewery brewing construction contractors contracting builders roofing plumbing electric
    electrical electronics landscaping stores supply supplies trading import imports export
    exports international worldwide global verein stiftung diner bistro pizzeria pizza
    daycare childcare preschool kindergarten academy gym fitness salon nails tacos spa centers
    centre apartments condominiums condominium homeowners hoa towing repair repairs parts tire
    tires automotive collision hvac heating cooling painting painters cleaning cleaners janitorial
    ventures capital hospitality petroleum energy utilities chemicals plastics metals machinery
    equipment rentals leasing dairy orchards vineyards winery nursery veterinary therapy
    therapeutics chiropractic pediatrics radiology cardiology orthopedics surgery medical
    healthcare wellness counseling district postal police county township municipality chamber
    commerce league federation ministry ministries diocese synagogue mosque congregation
    cooperative coop lumber hardware printing graphics marketing advertising productions
    entertainment records films software networks telecom communications wireless airlines
    aviation shipping express couriers movers storage security investments investment
    financial finance funding credit lending mortgage accounting bookkeeping attorneys
    lounge catering foods seafood meats produce wholesale distributors distribution distributing
    manufacturing mfg fabrication welding machining tooling engineering engineers architects
    surveyors interiors furniture flooring carpets cabinets kitchens glassworks upholstery
    jewelers florist florists boutique apparel clothing footwear sports outfitters outdoors
    publishing publishers newspapers magazine bros experts specialists
    professionals

    autohaus autoteile backerei metzgerei fleischerei konditorei apotheke apotheken gasthaus
    gasthof gaststatte ferienwohnungen kanzlei praxis praxisgemeinschaft gemeinde stadtwerke
    hausverwaltung immobilien spedition tischlerei schreinerei malerbetrieb dachdecker zimmerei
    installateur sanitar heizung elektro vertrieb verlag druckerei werkstatt werke
    versicherung versicherungen sparkasse volksbank genossenschaft gesellschaft verband
    bauunternehmen baugesellschaft gartenbau landschaftsbau reinigung reinigungen gebaudereinigung
    schule grundschule gymnasium krankenhaus klinik klinikum pflegedienst altenheim sportverein
    feuerwehr handwerk maschinenbau metallbau stahlbau technik beratung unternehmensberatung
    steuerberater steuerberatung rechtsanwalte gebruder sohne eigentumergemeinschaft

    talleres taller construcciones constructora panaderia pasteleria carniceria fruteria ferreteria
    restaurante transportes transportista comercial comercio comercializadora grupo comunidad
    ayuntamiento farmacia clinica colegio instituto hermanos hijos inmobiliaria distribuidora
    distribuciones asociacion asociados fundacion supermercado supermercados tienda tiendas
    empresa empresas industrial industrias servicios soluciones sistemas cooperativa cafeteria
    gestoria asesoria autoescuela peluqueria lavanderia imprenta editorial universidad hospitales
    laboratorio laboratorios consultorio consultores corporativo operadora refacciones
    refaccionaria materiales muebleria maderas electricidad fontaneria electrodomesticos hotelera
    agropecuaria agricola ganadera exportadora importadora propietarios

    boulangerie patisserie boucherie charcuterie pharmacie cabinet etablissements ets mairie
    commune syndicat copropriete menuiserie plomberie maconnerie couverture electricite imprimerie
    librairie epicerie fromagerie brasserie societe entreprise entreprises ateliers
    immobilier immobiliere fleuriste coiffure ecole lycee universite clinique hopital freres fils
    compagnie groupe garage atelier assurances assurance mutuelle fondation federation centre

    padaria farmacias mercearia construtora construcoes transportadora escola colegios igreja
    associacao condominio edificio prefeitura oficina lanchonete pecas industria industrias
    servicos solucoes sistemas imobiliaria fundacao universidade filhos irmaos distribuidoras
    cooperativas laboratorios clinicas materiais moveis supermercados
    """.split()
)
"""What a firm does: words that are nobody's name."""

WEAK_TRADES = frozenset(
    """
    church bank banks bond law price temple hall mills farm farms club union school college shop
    store market house office center inn auto motor media design service pool garden gardens
    company trust tavern bar pub deli ranch estates court plaza place tower towers park village
    works craft crafts care homes home team crew factory mill stable stables theater theatre
    cinema museum library tours travel cars trucks boats bikes toys books games music arts dance
    yoga health firm offices nation world zone depot outlet mart palace den corner kitchen coffee
    lawn tree roof floor doors windows signs prints paint tile stone brick steel iron oil gas
    water power light solar land sky city town state maison stadt casa
    mercado puerta salud brothers press marine grill handel bau
    """.split()
)
"""What may be a firm's word and is a surname as well: it takes another such word, or a plain
one."""

PLAIN = frozenset(
    """
    first second third national american united general central premier quality best super
    superior supreme advanced allied modern new old great grand royal golden silver northern
    southern eastern western north south east west pacific atlantic midwest continental universal
    metro metropolitan downtown uptown main street corner community family kids children
    public private professional pro expert master custom classic elite total complete precision
    rapid quick fast speedy express discount budget value easy smart bright happy lucky sunny
    blue red green white black sunrise sunset lakeside riverside hillside mountain valley
    springs coastal harbor bay beach ocean river lake forest oak pine maple cedar high middle
    elementary primary secondary junior senior baptist methodist lutheran presbyterian catholic
    evangelical pentecostal orthodox holy sacred assembly fellowship the our your a1 aaa acme ace
    global world wide all star one two three four five
    le les la el los las das der die
    """.split()
)
"""Words of firms that are no surname's company: with a weak word they make a firm."""

AFTER_AND = frozenset(
    "son sons co company cie cia daughter daughters sohn sohne tochter fils hijo hijos filho filhos"
    " bros brothers associates partners partner associados asociados associes friends more".split()
)
"""What follows the `&` of a firm."""

FIRM_ENDS = (
    "technik werke handel handels vertrieb betrieb betriebe verwaltung gesellschaft bau "
    "dienst dienste service services systeme logistik transporte spedition backerei metzgerei "
    "verein verband versicherung maschinen anlagen zentrum haus-gmbh"
).split()
"""Ends of German compounds that are no surname's."""

STANDS_FOR = frozenset("estate heirs family parents parent guardian care".split())
"""Before `of` they speak of a person."""

PARTICLES = frozenset(
    "van von vom zu zum zur der den de del dela la las los lo le du des da das do dos di della "
    "ten ter te op bin bint ibn ben al el abd abu st san santa saint mac y e i".split()
)
"""Words that belong to the family name behind them."""

STATES = frozenset(
    "texas ohio california oregon nevada arizona utah colorado kansas iowa illinois "
    "michigan wisconsin minnesota missouri arkansas louisiana mississippi alabama tennessee "
    "kentucky pennsylvania maryland delaware connecticut massachusetts vermont maine alaska hawaii "
    "idaho wyoming oklahoma nebraska".split()
)
"""Places that follow a town's name and a comma."""

GIVEN = frozenset(
    """
    aaron abby abel abigail ada adam addison adele adrian adriana agnes ahmed aidan aiden aileen
    aisha al alan albert alberto alejandra alejandro alex alexa alexander alexandra alexis alfred
    alfredo ali alice alicia alina alison allen allison alma alvin alyssa amanda amber amelia amina
    amir amit amy ana andre andrea andreas andres andrew andy angel angela angelica angelina anh
    anil anita ann anna anne annette annie anthony antoine anton antonia antonio anya april arjun
    arlene armando arnold art arthur arturo asha ashley astrid aubrey audrey august austin autumn
    ava avery axel bea elle tess emerson hudson carson mason easton colton kingston ashton
    clayton preston weston winston harrison nelson anderson jefferson madison allison addison
    jackson emerson ellison milton clifton stanley wesley ashley bradley kimberley beverley
    harley riley finley kinsley paisley shirley presley bentley sheldon gary clifford bradford
    lizabeth norman herman roman truman freeman angel noor lucia ines olga ravi wei petra
    jonas lena klaus
    uwe ayesha barbara barry bart beatrice beatriz becky bella ben
    benjamin berit bernard
    bernd bernice bertha beth bethany betty beverly bianca bill billy bjorn blake blanca bob bobby
    bonnie brad bradley brandi brandon brenda brendan brent brett brian briana bridget brittany
    brooke bruce bruno bryan caleb calvin cameron camila camille candace carl carla carlos carlota
    carmen carol carole carolina caroline carolyn carrie carter casey cassandra catherine cathy
    cecilia cedric celeste celia chad chandra charles charlene charlie charlotte chase chelsea
    cheryl chloe chris christian christina christine christopher christy cindy claire clara clarence
    claude claudia clement clifford clint clyde cody colin colleen connie connor consuelo cora
    corey courtney craig cristina crystal curtis cynthia daisy dale dallas damian dan dana daniel
    daniela danielle danny daphne darius darlene darrell darren dave david dawn dean deanna debbie
    deborah debra deepak delia della denise dennis derek desiree destiny devin diana diane diego
    dieter dina dmitri dolly dolores dominic dominique don donald donna dora doreen doris dorothy
    doug douglas drew duane dustin dwayne dylan earl ed eddie edgar edith edmund edna eduardo edward
    edwin eileen elaine elba eleanor elena eli elias elisa elisabeth elise elizabeth ella ellen
    ellie elmer elsa elsie emil emilia emilio emily emma enrique eric erica erick erik erika erin
    ernest ernestine ernesto ernst esperanza esteban esther ethan eugene eva evan eve evelyn
    fabian faith farah fatima federico felicia felipe felix fernanda fernando fiona flora florence
    frances francesca francis francisca francisco francois frank franz fred freddie frederick
    frieda friedrich gabriel gabriela gail garrett gary gene genevieve geoffrey george georgia
    gerald gerard gerhard gerry gertrude gilbert gina ginger giovanni gisela gladys glen glenda
    glenn gloria gordon grace graciela graham grant greg gregory greta guadalupe guido guillermo
    gunter gus gustavo guy gwen hal hannah hans harold harriet harry harvey hassan hayley hazel
    heather hector heidi heinrich heinz helen helena helene henri henry herbert herman hilda
    holger holly hope horst howard hugh hugo hunter ian ibrahim ida ignacio igor ilse imran ines
    ingrid inez irene iris irma irving isaac isabel isabella isaiah ivan ivy jack jackie jackson
    jacob jacqueline jacques jade jaime jake james jamie jan jana jane janet janice jared jasmine
    jason javier jay jean jeanette jeff jeffery jeffrey jenna jennifer jenny jeremy jerome jerry
    jesse jessica jesus jill jim jimmy jo joan joann joanna joanne joao joaquin jochen jodi joe joel
    johan johann johanna john johnny jon jonas jonathan jordan jorge jose josef josefina joseph
    josephine josh joshua joy joyce juan juana juanita judith judy juergen jules julia julian
    juliana julie julien juliet julio june jurgen justin kai kara karen karin karina karl karla
    karsten kate katherine kathleen kathryn kathy katie katrina kay kayla keith kelly ken kendra
    kenneth kent kerry kevin khalid khalil kim kimberly kirk klaus konrad kris krista kristen
    kristin kristina kurt kyle lance lara larry lars latoya laura lauren laurent laurie lawrence
    leah lee leila lena leo leon leonard leonardo leontyne leroy leslie leticia levi lewis liam
    lieselotte lila lilian lillian lily lin lina linda lindsay lisa liz lloyd logan lois lola lonnie
    lorena lorenzo loretta lori lorraine lou louis louisa louise lucas lucia lucille lucy ludwig
    luis luisa luke luna luz lydia lynn mabel madison mae magdalena maggie mahmoud malcolm malik
    mandy manfred manuel manuela mara marc marcel marcela marcia marco marcos marcus margaret
    margarita margot maria marian mariana marianne marie marilyn mario marion marisol marjorie mark
    markus marlene marta martha martin martina marvin mary maryann mateo mathieu matt matthew
    matthias maureen maurice max maxine may megan mehmet mei melanie melinda melissa mercedes
    meredith mia michael michaela michel michele michelle miguel mike mila mildred milton mina minh
    miranda miriam mitchell mohamed mohammad mohammed moises molly mona monica monika monique
    morgan moritz muhammad mustafa myra myrtle nadia nadine nancy naomi natalia natalie natasha
    nathan nathaniel neil nelson nestor nicholas nick nicolas nicole nigel nina noah noel
    noelle nora norbert norma norman octavio oleg olga olive oliver olivia omar oscar otto owen
    pablo paige pam pamela paola pascal pat patricia patrick patrizia patsy patti paul paula
    paulette paulina pauline pavel pearl pedro peggy penny perry peter petra phil philip philippe
    phillip phuong phyllis pierre pilar priscilla priya rachel rafael rahul rainer raj rajesh ralf
    ralph ramon ramona randall randy raphael raquel raul ravi ray raymond rebecca reed regina
    reginald reinhard rene renee rex rhonda ricardo richard rick ricky rita rob robert roberta
    roberto robin rocio rochelle rod rodney rodrigo roger roland rolf roman ron ronald ronnie rosa
    rosalie rosario rosario rose rosemary rosie ross roxanne roy ruben ruby rudi rudolf rudy russell
    rusty ruth ryan sabine sabrina sadie salvador sam samantha samir samuel sandra sandy santiago
    sanjay sara sarah saul scott sean sebastian selena serena sergio seth shane shannon sharon shaun
    shawn sheila shelby shelly sheri sherry shirley sidney siegfried sigrid silvia simon simone
    sofia sonia sonja sophia sophie stacey stacy stan stanley stefan stefanie stella stephan
    stephanie stephen steve steven stewart stuart sue sujata sunil susan susana susanne suzanne
    sven sydney sylvia tamara tammy tanya tara tatiana taylor ted teresa terrance terri terry tessa
    thelma theodore theresa thi thierry thomas thorsten tiffany tim timothy tina todd tom tomas
    tommy toni tony tonya tracey traci tracy travis trevor tricia trinity tristan troy tuan tyler
    tyra tyrone ulrich ulrike unity ursula uwe valentina valerie vanessa vera verena vernon veronica
    veronique vicente vicki victor victoria vijay vince vincent viola violet virginia vivian
    vladimir wade wallace walter wanda ward warren wayne wei wendy werner wesley wilfried wilhelm
    will willard willie william wilma winston wolfgang xavier ximena yasmin yolanda yusuf yvette
    yvonne zach zachary zed zoe
    """.split()
)
"""Given names that are known; the list decides only where a name could be read in two ways."""
