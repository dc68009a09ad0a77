"""Names that look like something else: people whose names hold a trade or a legal form, and firms
that look like people. All are invented."""

PEOPLE = """
Alice Law|Jude Law|Ana Sa|Sa, Ana|ANA SA|Se Yoon Park|Park, Se Yoon|Kim, Se Jin|Grace Church
Charlotte Church|Church, Frank|Tyra Banks|Banks, Ernie|BANKS, ERNESTINE|Melissa Bank|Nora Bond
Bond, Ward|Vincent Price|Price, Leontyne|Kelly Price-Co|Grace Temple|Temple, Shirley|Juno Temple
Rebecca Hall|Hall, Jerry|John Mills|Mills, Hayley|Reed Farmer|Cheryl Baker|Baker, Ginger
Patricia Cook|Cook, Robin|Taylor Mason|Mason Taylor|Tom Cooper|Sarah Shepherd|Hunter Fisher
Fisher, Carrie|Wesley Carpenter|Carpenter, Karen|Penny Marshall|Hope Sales|Sales, Ramona
Market, Eva|Donna Shop|Store, Ingrid|Jose Co|Co, Andrea|Andrea Co|Co, Maria Lourdes|Minh Ngo
Ngo, Thi Mai|Nguyen Van An|Nguyen Thi Bich Ngoc|Ng, Wei Ling|Wei Ling Ng|Li Na|Li, Na|Xu, Bin
Bo Ag|Erik As|As, Berit|Tan Se|Ab, Lina|Lina Ab|Mary Limited-Jones|Maria da Silva Sa
Joao de Sa e Melo|Maria da Conceicao e Silva|Ortega y Gasset, Jose|Jose Ortega y Gasset
Santiago Ramon y Cajal|Juan Carlos de la Cruz|De la Cruz, Juan Carlos|Maria del Carmen Garcia Lopez
Garcia Lopez, Maria del Carmen|Garcia Marquez, Gabriel|Dos Santos, Joao|Jan van der Berg
Van der Berg, Jan|VAN DER BERG, JAN|Ludwig von Hohen|von Hohen, Ludwig|Mohammed Al Fayed
Al-Rashid, Omar|Omar bin Khalid Al-Rashid|Fatima Abd el-Rahman|Abd el-Rahman, Fatima
Abdul Rahman bin Hassan|O'Brien, Sean|Sean O'Brien|D'Angelo, Maria|Mac Donald, Flora
St. John, Jill|Jill St. John|Saint, Eva Marie|Smith-Jones, Ann|Ann Smith-Jones|Dr. Maria Hall DDS
Maria Hall, DDS|Hall, Maria, MD|John Q. Public, Esq.|Smith Jr., John|John Smith III|J. R. Ewing
Ewing, J.R.|J.R. Ewing|Smith, J|Prof. Dr. Karl Weber|Weber, Dr. Karl|Herr Karl Weber|Frau Eva Bach
Mme Claire Petit|M. Jean Dupont|DUPONT Jean|Sra. Ana Ruiz|Mr. & Mrs. Smith|Mr and Mrs John Smith
Ada & Ben Abbott|Ada and Ben Abbott|Smith, John & Mary|Smith, John and Mary|Ben and Bea Barker
Ben Barker & Bea Barker|Ben Barker, Bea Barker|Juan y Maria Garcia|Jean et Marie Dupont
Karl und Eva Weber|Joao e Maria Silva|Kim & Lee|Estate of Bo Sample|Estate of Sample, Bo
Bo Sample (deceased)|Sample, Bo (deceased)|Bo Sample c/o Attorney Jane Roe|Hobbs, Hal:Kitchen
Hal Hobbs:Kitchen|Unity Club|Christian Union|Autumn Farm|Dean College|Art School|Major Dick Best
Royal Young|Earl Major|Prince Duke|King, Queenie|Justice Reed|Temple Grandlin|Crystal Glass
Rusty Steel|Steel, Danielle|Garden, Mary|Mary Garden|Paris Holiday|Austin Power|Power, Tyrone
Dallas Green|Sydney Street|London Breed|Georgia Dallas|Chelsea Inn|Olive Oil|Candy Barr
Barr, Candy|Iris Design|Carmen Cia|Rosa Motor|Chase Carr|Carr, Chase|Dolly Parton-Media
Lane, Diane|Field, Sally|Woods, Rose|Pool, Lena|Rivers, Joan|Stone, Sharon|Diamond, Neil|Gold, Eva
Silver, Ron|House, Son|Baxter House|Inn, Frank|Office, May|May Office|Service, Robert
Robert Service|Ada Abbott 2|10017 Ada Abbott|ADA ABBOTT|ada abbott|Abbott Ada|Cher
"""

FIRMS = """
Gordon, Johnson and Armstrong
Abbott Supply LLC|ABBOTT SUPPLY LLC|Abbott, Barker & Cole LLP|Acme, Inc.|Acme Inc|Barker Foods Inc
Hobbs Ltd|Hobbs Limited|Castillo Corp.|Castillo Corporation|Jones & Co|Jones & Co.|Smith & Sons
Smith and Sons Roofing|Smith Brothers Plumbing|Joe's Diner|Paris, Texas Diner|First Baptist Church
St. Mary's Church|Church of the Holy Cross|First National Bank|Bank of Springfield
City of Springfield
County of Orange|State of Ohio|Springfield School District|Springfield Elementary School
Springfield Unified School District|University of Springfield|Springfield Community College
Bright Smile Dental|Main Street Pharmacy|Lakeside Animal Hospital|Sunrise Family Clinic
Northside Construction|Quality Auto Repair|Barker Auto Parts|Total Tire Centers|A1 Towing
3M Services
4 Seasons Landscaping|Smith Trucking|Barker Transport Services|Blue Sky Logistics
Hobbs Property Management|Oak Park Homeowners Association|Oak Park HOA|Lakeside Apartments
Riverside Hotel|Holiday Motel 6|Grand Hotel Springfield|Green Farms Dairy|Global Trading Company
Kids Club Daycare|Sunshine Daycare|Iron Gym & Fitness|Style Hair Salon|Nail Spa|Pizza Palace
Corner Coffee House|Springfield Brewing Co.|Barker Design Studio|Hobbs Consulting Group
Abbott Law Firm|Law Offices of Jane Roe|Abbott Law Office|Castillo Holdings|Hobbs Enterprises
Springfield Chamber of Commerce|Red Cross Foundation|Abbott Ventures|Hobbs Capital Partners
Mueller GmbH|Müller Bau GmbH|Bayer Chemie AG|Siemens Technik AG|Kaiser KG|Weber & Söhne
Weber & Sohn OHG
Klein GbR|Autohaus Weber|Bäckerei Schmidt|Metzgerei Huber|Apotheke am Markt|Stadtwerke Springfeld
Gemeinde Neustadt|Stadt Neustadt|Hausverwaltung Klein|Spedition Krause|Weber Elektrotechnik
Kanzlei Dr. Weber|Sportverein Neustadt e.V.|Praxis Dr. Weber|Tischlerei Holz|Nordsee Handel SE
Talleres García S.L.|Construcciones López SA|Panadería La Espiga|Ferretería Ruiz|Restaurante El Toro
Transportes Ruiz S.A. de C.V.|Comercial Ruiz, S.A.|Grupo Ruiz
Comunidad de Propietarios Calle Mayor 5
Ayuntamiento de Villanueva|Farmacia Central|Clínica Dental Sonrisa|Colegio San José|Hermanos Ruiz
Ruiz e Hijos|Inmobiliaria Costa|Distribuidora del Norte|Asociación de Vecinos
Lefèvre SARL|Boulangerie Dupont|Dupont et Fils|Garage Martin|Pharmacie du Centre|Cabinet Martin
SCI Les Lilas|SAS Dupont|Établissements Martin|Ets Martin|Mairie de Villeneuve|Syndicat des Eaux
Restaurant Le Petit Jardin|Transports Martin SA|Menuiserie Petit|Association Les Amis
Padaria Central Ltda|Comércio de Peças Silva Ltda|Construtora Silva|Farmácia São João
Silva & Filhos
Transportadora Norte|Escola Pequeno Mundo|Condomínio Edifício Sol|Prefeitura de Vila Nova
Silva EIRELI
Oficina do Joao|Igreja Batista|Supermercado Bom Dia|Tire World|Pool Service Experts
Springfield Lumber & Supply|Smith Family Dentistry|Barker Physical Therapy
Hobbs Veterinary Clinic
Springfield Police Department|Department of Public Works|US Postal Service|Lincoln High School
Hobbs Electric|Castillo Painting|Abbott HVAC|Springfield Little League|Garcia Cleaning Services
Garcia Landscaping|Nguyen Nails|Kim's Market|Lopez Tacos|Patel Hospitality|Singh Petroleum
"""


def names_in(text: str) -> list[str]:
    """The names of a list."""
    return [name.strip() for name in text.replace("\n", "|").split("|") if name.strip()]
