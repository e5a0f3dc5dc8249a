"""OCPP 2.0.1, block I: what whoever pays ad hoc is told of prices and costs."""

from datetime import timedelta

from services.charging.domain.tokens import Token, TokenStatus
from tests.charging.company import DAWN
from tests.charging.ocpp201.transactions import event
from tests.charging.ocpp201.transcripts import told, tx
from tests.charging.ocpp201.use_cases_of_access import EVSE, identifier
from tests.charging.tariffs.tariffs import AFIR
from tests.charging.transcripts import UseCase

TERMINAL = identifier("terminal", "Central")
PAYS_AD_HOC = Token("TERMINAL", TokenStatus.ACCEPTED, "Payment terminal", ad_hoc=True)
PRICE = {
    "format": "UTF8",
    "language": "en",
    "content": "0.59 EUR/kWh; from 4 h on 0.10 EUR/min; incl. VAT",
}
PRICED = {"idTokenInfo": {"status": "Accepted", "personalMessage": PRICE}}
LATER = PRICE | {"content": "From now on 0.59 EUR/kWh, 0.10 EUR/min"}
BEGUN = tx(event("Started", 0, idToken=TERMINAL, meter=1000, evse=EVSE), PRICED)

TARIFFS: dict[str, UseCase] = {
    "I01 the price before it is paid": UseCase(
        [told("Authorize", PRICED, idToken=TERMINAL), BEGUN],
        tokens=(PAYS_AD_HOC,),
        tariff=AFIR,
        open=1,
    ),
    "I02 I03 I06 the cost until now, a later price, and the cost in the end": UseCase(
        [
            BEGUN,
            tx(event("Updated", 1, DAWN + timedelta(hours=1), meter=6000), {"totalCost": 2.95}),
            tx(
                event("Updated", 2, DAWN + timedelta(hours=4), meter=11_000),
                {"totalCost": 5.9, "updatedPersonalMessage": LATER},
            ),
            tx(event("Updated", 3, DAWN + timedelta(hours=4, minutes=5)), {"totalCost": 6.4}),
            tx(
                event("Ended", 4, DAWN + timedelta(hours=4, minutes=10), meter=11_000),
                {"totalCost": 6.9},
            ),
        ],
        tokens=(PAYS_AD_HOC,),
        tariff=AFIR,
        sessions=(10_000,),
    ),
}
