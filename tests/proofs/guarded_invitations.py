"""The guards of invitations: who can have invited whom, in the engine and in the database."""

from tests.proofs.guard import ENGINE, Guard

MEMBERS = "siyu/members"
MIGRATION = "migrations/0011_invitation.py"
MERGES = "migrations/0030_member_merge.py"
INVITATIONS = "tests/siyu/engine/test_invitations.py"
CATALOGUE = "tests/migrations/test_catalogue.py"
NOBODY = f"{INVITATIONS}::test_nobody_is_invited_by_themselves_twice_or_by_a_newcomer"

INVITATION_GUARDS = (
    Guard(
        "nobody invites themselves",
        f"{MEMBERS}/invitations.py",
        "if self.kin.person(inviter.id) == self.kin.person(member.id):",
        "if False:",
        (f"{NOBODY}[together]", f"{NOBODY}[one by one]"),
    ),
    Guard(
        "one inviter",
        f"{MEMBERS}/invitations.py",
        "if member.id in self._bound:",
        "if False:",
        (
            f"{INVITATIONS}::test_who_was_invited_has_one_inviter_in_the_whole_shop",
            f"{NOBODY}[together]",
            f"{NOBODY}[one by one]",
        ),
    ),
    Guard(
        "one inviter within a batch",
        f"{MEMBERS}/invitations.py",
        "self._bound.add(invitation.member.id)",
        "pass",
        (f"{INVITATIONS}::test_a_preview_binds_nobody_and_says_what_a_commit_would",),
    ),
    Guard(
        "one inviter of all that were written before",
        f"{MEMBERS}/invitation_store.py",
        "        book.put(row[0])",
        "        pass",
        (
            f"{INVITATIONS}::test_who_was_invited_has_one_inviter_in_the_whole_shop",
            f"{INVITATIONS}::test_an_invitation_that_nobody_locked_for_is_found_by_the_constraint",
        ),
    ),
    Guard(
        "an inviter has joined before",
        f"{MEMBERS}/invitations.py",
        'else "later"',
        "else None",
        (
            f"{NOBODY}[together]",
            f"{NOBODY}[one by one]",
            f"{INVITATIONS}::test_of_two_who_joined_at_one_moment_the_smaller_id_was_first",
            f"{INVITATIONS}::test_two_who_invite_each_other_at_once_make_no_ring[0]",
        ),
    ),
    Guard(
        "of one moment the smaller id was first",
        f"{MEMBERS}/invitations.py",
        "self.kin.first_place(inviter) < self.kin.first_place(member)",
        "self.kin.first_place(inviter)[0] <= self.kin.first_place(member)[0]",
        (f"{INVITATIONS}::test_of_two_who_joined_at_one_moment_the_smaller_id_was_first",),
    ),
    Guard(
        "nobody but the partner has invited",
        f"{ENGINE}/inviting.py",
        "effect.inviter == partner.id",
        "True",
        (f"{INVITATIONS}::test_nobody_but_the_partner_can_have_invited_and_once_a_decision[effects1-named1]",),
    ),
    Guard(
        "the key of invitations",
        MIGRATION,
        "member_id uuid PRIMARY KEY,",
        "member_id uuid NOT NULL,",
        (f"{CATALOGUE}::test_every_constraint_is_there",),
    ),
    # Of these two either alone holds back a second inviter.
    Guard(
        "one invitation of a person that stands",
        MERGES,
        "CREATE UNIQUE INDEX IF NOT EXISTS invitation_person",
        "CREATE INDEX IF NOT EXISTS invitation_person",
        (f"{CATALOGUE}::test_every_index_is_there",),
    ),
    Guard(
        "the check of the order of joining",
        MIGRATION,
        "CHECK ((inviter_joined_at, inviter_id) < (member_joined_at, member_id))",
        "CHECK (true)",
        (f"{CATALOGUE}::test_every_constraint_is_there",),
    ),
    Guard(
        "invitations are for ever",
        MERGES,
        "CREATE OR REPLACE TRIGGER invitation_append_only BEFORE UPDATE{of} OR DELETE OR TRUNCATE ON invitation",
        "CREATE OR REPLACE TRIGGER invitation_append_only BEFORE TRUNCATE ON invitation",
        (f"{CATALOGUE}::test_every_trigger_is_there",),
    ),
)
