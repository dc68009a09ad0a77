"""What the law asks of a debt, its person or their telephone: names of columns by the fact's own
name."""

STRONG = {
    "validation_sent_at": """
        validation notice date|validation notice sent|validation notice sent date|validation date
        |validation letter date|validation letter sent|date validation sent|dunning notice 1692g
        |1692g notice date|g notice date|model validation notice date""",
    "time_barred": """
        time barred|is time barred|time barred flag|out of statute|out of stat|oos flag
        |statute expired|sol expired|past statute|past statute of limitations""",
    "codebtor_stay": "codebtor stay|co debtor stay|1301 stay|chapter 13 codebtor",
    "sole_prop_mixed_use": "sole prop mixed use|mixed use|personal and business use",
    "ppdr_open": """
        ppdr|ppdr open|in ppdr|patient provider dispute|patient provider dispute resolution
        |good faith estimate dispute|gfe dispute""",
    "insurance_appeal_pending": """
        insurance appeal|insurance appeal pending|appeal pending|in appeal|claim appeal
        |claim appeal pending|denial appeal""",
    "insurance_appeal_ended_at": """
        insurance appeal ended|insurance appeal decided|appeal decided on|appeal decision date
        |appeal closed date|appeal end date""",
    "fap_application_pending": """
        fap application|fap pending|fap application pending|financial assistance application
        |financial assistance pending|financial assistance application pending
        |charity care application|charity care pending|charity application pending""",
    "first_post_discharge_bill_at": """
        first post discharge bill|first post discharge bill date|first post discharge statement
        |first post discharge statement date|first bill date|first statement date""",
    "assistance_screened": """
        assistance screened|screened for assistance|financial assistance screened
        |charity care screened|screening completed""",
    "employer_prohibits": """
        employer prohibits|employer prohibits calls|employer prohibits contact|no calls at work
        |do not call at work|employer disallows calls|work calls prohibited""",
    "shared_phone": """
        shared phone|shared telephone|phone is shared|phone shared|family phone|shared number
        |phone shared with others""",
    "uninsured": "uninsured|is uninsured|self pay flag|uninsured patient",
}
