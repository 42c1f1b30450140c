"""Which tests put which actions of the portal to use, for `test_fail_nth.py`; as `nth_table.py`."""

PORTAL = {
    "integration/arrivals/test_feeds.py": {
        "test_a_calendar_ends_with_the_right_of_who_made_it": "share_visits",
        "test_a_revoked_address_is_like_one_that_never_was": "note_use revoke_link",
    },
    "integration/portal/test_block_diary.py": {
        "test_a_line_is_corrected_by_whoever_wrote_it": "keep_block_line",
        "test_each_hour_is_asked_for_once": "prompt_diaries",
    },
    "integration/portal/test_intake.py": {
        "test_a_change_is_a_new_version_and_the_old_one_stays": "change_sent save_page send_intake",
        "test_a_line_is_decided_once_for_all_versions": "decide_line",
    },
    "integration/portal/test_invitations.py": {
        "test_another_address_is_proven_by_a_code": (
            "join_by_invitation prove_joining_address send_joining_code try_invitation"
        ),
        "test_a_newer_invitation_replaces_the_older": "invite_to_portal revoke_invitation",
        "test_only_the_person_invites_carers_and_for_a_year_at_most": "invite_carer",
        "test_who_signs_in_already_uses_that": "accept_invitation",
    },
    "integration/portal/test_messages.py": {
        "test_answering_ends_the_wait_and_writing_on_opens_again": (
            "answer_thread close_thread send_first_letter send_letter"
        ),
        "test_an_answer_is_told_once_until_it_is_read": "note_read",
    },
    "integration/portal/test_own_consents.py": {
        "test_it_is_taken_back_as_easily": "sign_own_consent take_back_own_consent",
    },
    "integration/portal/test_pain_diary.py": {
        "test_a_day_is_one_row_and_its_versions_keep_the_rest": "keep_pain_day",
    },
    "integration/portal/test_requests.py": {
        "test_somebody_on_file_is_written_to_where_the_file_says": "answer_request ask_for_portal",
        "test_the_desk_matches_registers_or_declines": (
            "decline_request match_request register_request"
        ),
    },
    "integration/portal/test_sent_files.py": {
        "test_it_waits_and_is_no_paper_until_the_desk_files_it": "file_sent send_file",
        "test_what_is_refused_is_gone_and_the_person_reads_why": "refuse_sent",
    },
    "integration/portal/test_sharing.py": {
        "test_a_carer_is_invited_comes_in_and_is_ended": "end_portal_access",
        "test_a_new_address_counts_once_its_code_came_back": "prove_contact send_contact_code",
        "test_how_we_write_is_said_in_the_portal": "set_own_preference",
    },
    "pages/test_languages.py": {
        "test_choosing_changes_their_own_letters_and_nobody_else_s": "choose_language",
    },
    "pages/test_news.py": {
        "test_one_step_ends_it": "stop_news",
    },
    "pages/test_portal_booking.py": {
        "test_a_time_that_ran_out_loses_nothing_that_was_typed": "hold_time keep_words",
        "test_an_emergency_reaches_no_booking_on_any_way": "answer_signs choose_kind",
        "test_six_taps_lead_from_the_first_question_to_a_visit_of_today": "book_held",
        "test_times_are_narrowed_and_remembered": "narrow_times",
        "test_who_gives_up_frees_the_time_at_once_and_begins_anew": "leave_booking",
        "test_with_several_sites_one_is_chosen": "choose_site",
    },
    "pages/test_portal_visits.py": {
        "test_a_visit_is_cancelled_until_the_clinic_s_notice_and_then_by_phone": "cancel_own",
        "test_a_visit_moves_to_a_time_that_was_shown": "move_own",
        "test_an_offer_of_somebody_else_cannot_be_answered_and_a_wait_not_be_ended": (
            "leave_own_wait"
        ),
        "test_nothing_fits_so_they_wait_and_say_yes_to_an_offer": "answer_own_offer wait_for_own",
        "test_who_is_here_checks_in_and_sees_their_place": "arrive_own",
        "test_who_is_late_says_so_and_the_board_shows_it": "say_late",
    },
}
