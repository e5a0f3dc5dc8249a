"""Who may sign in."""

from aws_cdk import CfnOutput, Duration, aws_cognito
from constructs import Construct

from contracts import partners, routes
from contracts.personas import Persona
from stacks.constructs.acknowledgement import Owner, acknowledge
from stacks.constructs.environment_stack import EnvironmentStack
from stacks.environments import Environment

ON_A_LAPTOP = "http://localhost:8080"
DRIVER_APP_SCHEME = "fleetcharge://signed-in"


class AuthStack(EnvironmentStack):
    """The user pool, a group for each persona, and who gets tokens of it.

    Operators sign in on the dashboard's own form; drivers at the sign-in name, with a code that
    only their app can redeem (PKCE); a partner's machine with its secret, as nobody, for the
    scopes that its environment gives it. People are invited by an administrator; nobody signs
    up alone.
    """

    def __init__(self, scope: Construct, name: str, *, environment: Environment) -> None:
        super().__init__(scope, name, environment=environment)
        self.user_pool = aws_cognito.UserPool(
            self,
            "People",
            user_pool_name=f"fleetcharge-{self.environment_name}",
            feature_plan=aws_cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=(
                aws_cognito.StandardThreatProtectionMode.FULL_FUNCTION
            ),
            self_sign_up_enabled=False,
            sign_in_aliases=aws_cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=aws_cognito.AutoVerifiedAttrs(email=True),
            account_recovery=aws_cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=aws_cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=aws_cognito.Mfa.REQUIRED if environment.protected else aws_cognito.Mfa.OPTIONAL,
            mfa_second_factor=aws_cognito.MfaSecondFactor(otp=True, sms=False),
            deletion_protection=environment.protected,
            removal_policy=self.data_removal,
        )
        if not environment.protected:
            acknowledge(
                self.user_pool,
                "COG2",
                because="Tests and demonstrations sign in by themselves.",
                owner=Owner.SECURITY,
            )
        for persona in Persona:
            aws_cognito.CfnUserPoolGroup(
                self,
                persona.value.capitalize(),
                group_name=persona.value,
                user_pool_id=self.user_pool.user_pool_id,
            )
        self.operator_client = self.user_pool.add_client(
            "Operators",
            # A browser keeps no secret.
            generate_secret=False,
            auth_flows=aws_cognito.AuthFlow(user_password=True, user_srp=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
        )
        self.driver_client = self._drivers(environment)
        self.partner_clients = self._partners(environment)
        """By the partners' names."""
        CfnOutput(self, "DriverClientId", value=self.driver_client.user_pool_client_id)
        CfnOutput(self, "UserPoolId", value=self.user_pool.user_pool_id)
        CfnOutput(self, "OperatorClientId", value=self.operator_client.user_pool_client_id)

    def _drivers(self, environment: Environment) -> aws_cognito.UserPoolClient:
        site = f"https://{environment.domain.name}" if environment.domain else ON_A_LAPTOP
        comes_back = [f"{site}{routes.DRIVER_APP}/", DRIVER_APP_SCHEME]
        return self.user_pool.add_client(
            "Drivers",
            # An app on a phone keeps no secret.
            generate_secret=False,
            auth_flows=aws_cognito.AuthFlow(user_srp=True),
            o_auth=aws_cognito.OAuthSettings(
                flows=aws_cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[aws_cognito.OAuthScope.OPENID, aws_cognito.OAuthScope.EMAIL],
                callback_urls=comes_back,
                logout_urls=comes_back,
            ),
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(90),
        )

    def _partners(self, environment: Environment) -> dict[str, aws_cognito.UserPoolClient]:
        scopes = {
            scope: aws_cognito.ResourceServerScope(scope_name=scope, scope_description=meaning)
            for scope, meaning in partners.MEANINGS.items()
        }
        server = self.user_pool.add_resource_server(
            "PartnerApi", identifier=partners.RESOURCE_SERVER, scopes=list(scopes.values())
        )
        return {
            name: self.user_pool.add_client(
                f"Partner-{name}",
                user_pool_client_name=f"partner-{name}",
                generate_secret=True,
                o_auth=aws_cognito.OAuthSettings(
                    flows=aws_cognito.OAuthFlows(client_credentials=True),
                    scopes=[
                        aws_cognito.OAuthScope.resource_server(server, scopes[scope])
                        for scope in partner.scopes
                    ],
                ),
                access_token_validity=Duration.hours(1),
                enable_token_revocation=True,
            )
            for name, partner in environment.partners.items()
        }
