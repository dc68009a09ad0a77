"""What forbids to write: names of columns by the code of what they say."""

STRONG = {
    "deceased": """
        deceased|is deceased|deceased flag|deceased indicator|deceased yn|deceased date
        |date deceased|deceased on|date of death|death date|dod|died|died on|deceased status
        |verstorben|verstorben am|sterbedatum|todesdatum|fallecido|fallecida
        |fecha de fallecimiento|fecha fallecimiento|fecha de defuncion|fecha defuncion|defuncion
        |difunto|decede|decede le|date de deces|date deces|date du deces|deces|falecido|falecida
        |falecido em|data de obito|data do obito|data de falecimiento|data do falecimento|obito
        |in probate|probate""",
    "bankruptcy": """
        bankruptcy|bankrupt|is bankrupt|bankruptcy flag|bankruptcy indicator|bankruptcy date
        |bankruptcy filed|bankruptcy file date|bankruptcy filing date|bankruptcy filed date
        |bankruptcy filed on|bankruptcy chapter|bankruptcy status|bankruptcy case
        |bankruptcy case no|bankruptcy case number|bk|bk flag|bk date|bk chapter|bk filed
        |bk filed date|bk file date|bk filing date|bk case|bk case no|bk case number|bk status
        |bky|insolvent|insolvency|insolvency date|insolvency flag|chapter|insolvenz|insolvent am
        |insolvenz am|insolvenzdatum|insolvenzverfahren|in insolvenz|konkurs|concurso
        |concurso de acreedores|quiebra|en quiebra|fecha de quiebra|fecha quiebra|insolvente
        |faillite|en faillite|date de faillite|liquidation judiciaire|redressement judiciaire
        |procedure collective|falencia|recuperacao judicial|insolvencia|data falencia""",
    "attorney": """
        attorney|attorney name|attorneys|lawyer|lawyer name|attorney flag|has attorney
        |attorney represented|represented|represented by|rep by attorney|represented by attorney
        |is represented|legal representation|attorney for debtor|debtor attorney|debtors attorney
        |consumer attorney|patient attorney|customer attorney|tenant attorney|borrower attorney
        |client attorney|attorney firm|attorney date|attorney retained|attorney letter date|poa
        |power of attorney|anwalt|anwalt name|rechtsanwalt|vertreten durch|abogado
        |nombre del abogado|abogado del deudor|abogado del cliente|avocat|nom de l avocat
        |avocat du client|represente par|advogado|nome do advogado|advogado do devedor""",
    "legal_action": """
        legal|legal flag|in legal|legal action|legal action date|legal status flag|in litigation
        |litigation|litigation flag|litigation date|lawsuit|lawsuit filed|lawsuit date|suit filed
        |suit filed date|suit date|suit filed on|sued|sued on|judgment|judgment date
        |judgement date|court case|court case no|court case number|court date|docket no
        |docket number|garnishment|garnishment date|eviction|eviction date|eviction filed
        |eviction flag|in eviction|foreclosure|foreclosure date|foreclosure flag|lien date
        |sent to legal|legal referral date|referred to legal|klage|klage am|klage eingereicht am
        |mahnbescheid|mahnbescheid am|mahnbescheid vom|gericht|gerichtsverfahren|im gericht
        |vollstreckung|demanda|fecha de demanda|fecha demanda|juicio|en juicio|judicial
        |expediente judicial|embargo|contentieux|date contentieux|passage contentieux
        |procedure judiciaire|assignation|date assignation|acao judicial|processo judicial
        |no do processo|ajuizado|data ajuizamento""",
    "fraud": """
        fraud|fraud flag|fraud alert|fraud indicator|is fraud|suspected fraud|fraud suspected
        |identity theft|id theft|id theft flag|identity theft flag|betrug|betrugsverdacht|fraude
        |robo de identidad|usurpation|suspeita de fraude|possivel fraude""",
    "wrong_person": """
        wrong person|wrong party|wrong party flag|wrong number|wrong contact|not the debtor
        |wrong address flag|falsche person|persona equivocada|mauvaise personne|pessoa errada""",
    "vulnerable": """
        vulnerable|vulnerability|vulnerable customer|is vulnerable|vulnerability flag|hospice
        |in hospice|nursing home|incarcerated|in custody|military|active duty|scra|scra flag
        |scra status|military status|on active duty|servicemember|domestic violence|hardship flag
        |schutzbedurftig|inhaftiert|vulnerabilidad|personne vulnerable|vulnerabilidade
        |hospitalized|guardianship|conservatorship|curatelle|tutelle|betreuung|betreuer""",
    "agency": """
        agency|agency name|agency placed on|placed date|date placed
        |placed with|placed at|placed to|debt placed with|account placed with|forwarded to
        |forwarded to agency|handed over to|passed to agency|ubergeben an|weitergeleitet an
        |confie a|remis a|entregado a|encaminhado a|encaminhado para|cobrado por
        |collection agency|collections agency|collection agency name|coll agency|agency placed
        |agency placement|agency placed date|placed with agency|agency date|agency placement date
        |agency assigned|assigned agency|outside agency|third party agency|at agency
        |in collections|in collection|sent to collections|sent to collection
        |sent to collections date|sent to collections on|sent to collection date|sent to agency
        |sent to agency on|date sent to collections|date sent to agency|collections date
        |turned over|turned over date|turned over to collections|turnover date|to collections
        |collections flag|collection flag|collections referral|referred to collections
        |referred to agency|debt sold|debt sale date|debt buyer|inkasso|inkassoburo|an inkasso
        |an inkasso am|inkasso seit|inkasso ubergabe|inkassounternehmen|inkasso datum
        |abgetreten an|abgetreten am|agencia de cobranza|agencia de cobro|en cobranza
        |enviado a cobranza|fecha envio a cobranza|despacho de cobranza|cedida a|cedido a
        |societe de recouvrement|en recouvrement|transmis au recouvrement
        |date de transmission recouvrement|cedee a|agencia de cobranca|empresa de cobranca
        |em cobranca|enviado para cobranca|data envio cobranca|terceirizada""",
    "payment_plan": """
        payment plan|on payment plan|payment plan flag|has payment plan|payment plan active
        |payment plan date|payment plan id|payment plan no|pmt plan|pay plan|on plan
        |payment arrangement|payment arrangement date|has payment arrangement|arrangement
        |arrangement date|on arrangement|payment agreement|repayment plan|installment plan
        |installment agreement|budget plan|ratenzahlung|ratenplan|ratenvereinbarung
        |zahlungsvereinbarung|ratenzahlung seit|plan de pagos|plan de pago|convenio
        |convenio de pago|acuerdo de pago|fecha de convenio|echeancier|plan de paiement
        |accord de paiement|parcelamento|parcelado|acordo|acordo de pagamento|em acordo""",
    "on_hold": """
        hold|on hold|is on hold|hold flag|account hold|account on hold|billing hold|hold reason
        |hold code|hold date|hold until|hold type|statement hold|hold statements|collection hold
        |collections hold|dunning hold|dunning block|dunning blocked|reminder block|no dunning
        |exclude from dunning|exclude from reminders|exclude from collections|do not bill
        |do not dun|do not send statement|do not send statements|no statements|no statement
        |bill hold|paused|is paused|suspend collections|mahnsperre|mahnsperre bis|mahnsperrgrund
        |mahnsperre grund|mahnstopp|sperre|sperrgrund|sperrkennzeichen|gesperrt|keine mahnung
        |bloqueado|bloqueo|bloqueo reclamacion|bloqueo de reclamacion|no reclamar|retenido
        |en espera|suspendido|motivo bloqueo|bloque|blocage|blocage relance|ne pas relancer
        |exclu des relances|suspendu|motif de blocage|retido|suspenso|bloqueio cobranca
        |nao cobrar|motivo do bloqueio""",
    "minor": """
        minor|is minor|minor flag|minor child|patient is minor|underage|menor|menor de edad
        |es menor|mineur|est mineur|minderjahrig|menor de idade""",
}
