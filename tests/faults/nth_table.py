"""Which tests put which actions to use, for `test_fail_nth.py`: file, test, actions."""

SEEN = {
    "arrivals/test_day.py": {
        "test_a_clinician_without_the_board_blocks_only_their_own_time": "block_time",
        "test_nobody_is_booked_into_blocked_time": "unblock",
        "test_the_message_carries_no_clinical_word": "note_delay tell_of_delay",
    },
    "arrivals/test_tickets.py": {
        "test_a_link_to_oneself_opens_no_chart": "arrive_by_link",
    },
    "follow_ups/test_asking.py": {
        "test_a_text_message_says_nothing_clinical_in_either_language": "ask_due",
        "test_a_visit_that_is_due_is_three_times_and_one_press": "book_follow_up",
        "test_aftercare_goes_out_once_in_their_language": "send_aftercare",
    },
    "follow_ups/test_places.py": {
        "test_a_holiday_is_no_working_day_for_follow_ups": "escalate_overdue",
    },
    "messaging/test_delivery.py": {
        "test_a_claimed_message_can_still_be_withdrawn": "release_messages withdraw_messages",
        "test_nobody_tries_again_to_tell_of_a_visit_that_is_off": (
            "claim_messages look_again record_outcomes"
        ),
    },
    "messaging/test_hooks.py": {
        "test_a_stop_is_lifted_with_a_reason_and_stays_in_the_books": "lift_suppression",
    },
    "messaging/test_reach.py": {
        "test_giving_up_says_who": "give_up",
        "test_nobody_is_woken_but_for_what_cannot_wait": "queue_message",
        "test_try_again_starts_from_the_beginning_and_twice_is_as_once": "try_again",
    },
    "messaging/test_receipts.py": {
        "test_it_is_given_up_when_they_were_told_another_way": "record_delivery_event",
    },
    "nights/test_nightly.py": {
        "test_a_long_job_is_laid_down_and_taken_up": "lay_down",
        "test_each_site_has_its_own_night": "claim_run note_progress",
        "test_the_whole_table_runs_and_tells": "find_lapses lapse_entries",
        "test_trouble_is_tried_again_and_given_up_with_its_reason": "note_failure",
    },
    "nights/test_retention.py": {
        "test_each_statement_runs": "forget_batch",
    },
    "privacy/test_care_team.py": {
        "test_an_emergency_is_not_prolonged_by_asking_again": "break_glass",
        "test_leaving_the_care_team_closes_the_chart": "join_care_team leave_care_team",
    },
    "privacy/test_consents.py": {
        "test_another_mind_is_another_row": "record_consent",
    },
    "privacy/test_merges.py": {
        "test_what_comes_in_for_a_joined_record_goes_to_the_one_that_stays": (
            "merge_patients undo_merge"
        ),
    },
    "record/test_adverse_events.py": {
        "test_a_draft_is_thrown_away_though_its_event_was_in_error": "withdraw_adverse_event",
        "test_an_event_in_error_is_final": "record_adverse_event",
        "test_two_who_change_an_event_lose_nothing": "change_adverse_event",
    },
    "record/test_alarms.py": {
        "test_it_stays_until_a_physician_says_what_was_done": "see_alarm settle_alarm",
        "test_the_desk_may_write_down_a_problem_of_a_call_and_no_more": "tell_well_being",
        "test_the_same_press_twice_is_one_answer_and_a_later_one_counts": "answer_by_link",
    },
    "record/test_consultations.py": {
        "test_a_correction_takes_back_what_only_the_error_had_said": "amend_consultation",
        "test_a_draft_is_its_writers": "load_catalogue save_consultation",
        "test_a_follow_up_takes_over_what_is_safe": "begin_consultation",
        "test_diagnoses_keep_their_order": "raise_diagnosis",
        "test_what_was_entered_in_error_leaves_the_list_and_comes_back": (
            "sign_consultation withdraw_consultation write_diagnosis"
        ),
    },
    "record/test_follow_up_work.py": {
        "test_each_press_of_each_kind": "undo_follow_up",
    },
    "record/test_follow_ups.py": {
        "test_a_course_that_begins_writes_what_is_due": "take_course_step",
        "test_signing_writes_what_is_due_once": "cancel_follow_ups_of write_follow_ups",
        "test_what_is_due_is_shown_to_its_role_the_most_overdue_first": "close_follow_up",
    },
    "record/test_medication_courses.py": {
        "test_a_new_dose_is_a_new_course_that_follows_the_old": "change_dose",
    },
    "record/test_orders.py": {
        "test_a_result_waits_until_its_orderer_has_read_it": "review_report",
    },
    "record/test_procedures.py": {
        "test_a_correction_takes_the_drugs_along_and_replaces_when_signed": "amend_procedure",
        "test_a_draft_can_be_thrown_away_and_a_document_cannot": "discard_procedure sign_procedure",
        "test_a_favourite_carries_habits_and_nothing_about_the_person": "keep_favorite",
        "test_two_who_change_the_same_are_shown_both": "save_procedure",
        "test_who_signs_for_somebody_else_says_why": "start_procedure",
    },
    "record/test_scores.py": {
        "test_a_diary_tells_whether_the_block_was_the_answer": "record_diary",
        "test_several_questionnaires_are_written_together_or_not_at_all": "record_responses",
        "test_the_same_score_is_written_down_once": "record_response",
    },
    "record/test_signed_stays.py": {
        "test_a_score_is_taken_back_and_never_rewritten": "load_instruments void_response",
        "test_a_visit_that_took_place_keeps_its_time": "order_course record_visit void_visit",
        "test_the_numbers_of_a_report_stay": "enter_report order_test",
        "test_what_another_clinic_did_stays_as_it_was_told": "record_outside withdraw_procedure",
    },
    "reminders/test_links.py": {
        "test_after_a_missed_visit_a_new_one_is_booked_by_the_link": "choose_time",
        "test_no_gives_the_time_back_and_says_so_once": "cancel_visit",
        "test_yes_confirms_once": "confirm_visit",
    },
    "reminders/test_no_shows.py": {
        "test_the_rate_is_on_the_managers_report": "mark_missed",
    },
    "reminders/test_preparations.py": {
        "test_medicines_are_told_once_approved_and_never_before": "write_due_preparations",
    },
    "reminders/test_text_alarms.py": {
        "test_it_stands_on_top_of_the_inbox_and_says_what_to_do": "answer_next_text",
        "test_who_answered_stop_is_advised_all_the_same": "suppress",
    },
    "reminders/test_texts.py": {
        "test_a_reminder_by_text_message_fits_two_parts": "write_due_reminders",
    },
    "reminders/test_texts_back.py": {
        "test_what_cannot_be_handled_ends_on_the_desk": "put_text_aside",
    },
    "rules/test_hold_plans.py": {
        "test_the_page_shows_the_plan_and_takes_what_is_said": "approve_plan note_prescriber",
    },
    "rules/test_look_again.py": {
        "test_the_night_looks_at_every_coming_visit_once": "begin_run continue_run",
        "test_what_a_clinician_has_seen_leaves_the_worklist": "acknowledge_findings",
        "test_what_a_physician_went_on_in_spite_of_comes_back": "override_finding",
        "test_what_only_informs_is_filed_about_medicines_alone": "load_rules look_at_changed",
    },
    "test_course_visits.py": {
        "test_added_visits_belong_to_the_same_course": "add_visits",
    },
    "test_groups.py": {
        "test_a_course_of_classes_moves_over_its_own_times": "book_series move_series",
        "test_a_group_that_is_moved_to_another_room_takes_everybody_along": "assign_resource",
        "test_a_smaller_capacity_sends_nobody_away_and_lets_nobody_in": "take_step",
        "test_coming_back_takes_another_seat_if_one_s_own_is_given_away": "undo_step",
        "test_who_joins_a_group_ends_with_it": "move_appointment",
        "test_who_walks_in_joins_the_class_that_is_just_beginning": "walk_in",
    },
    "test_holds.py": {
        "test_a_time_that_was_let_go_is_written_down_for_who_waits": "expire_holds release_hold",
        "test_a_visit_is_brought_forward_to_what_was_held_for_it": (
            "book_appointment move_to_hold place_hold"
        ),
        "test_the_clinic_holds_by_itself_and_the_person_books": "book_hold",
    },
    "test_import_fhir.py": {
        "TestReachingPeople::test_a_new_number_is_tried_first_and_the_old_one_kept": (
            "import_bundle"
        ),
    },
    "test_people_search.py": {
        "test_registering_another_person_keeps_phone_and_mail": "register_patient",
    },
    "test_rooms.py": {
        "test_who_was_booked_outside_the_hours_on_purpose_may_change_rooms_there": (
            "overbook_appointment"
        ),
    },
    "test_series_changes.py": {
        "test_later_visits_are_cancelled_with_one_message": "cancel_series",
    },
    "test_worklist.py": {
        "test_a_changed_leave_is_shown_like_a_new_one": "change_leave",
        "test_a_lost_ability_strands_who_needs_it": "change_resource",
        "test_a_room_that_gets_hours_keeps_the_site_s_until_then": "follow_site",
        "test_a_week_replaces_exactly_its_days": "set_week",
        "test_a_visit_that_somebody_dealt_with_leaves_the_list": "settle_worklist",
        "test_holidays_strand_and_may_be_worked": "add_holiday change_holiday load_holidays",
        "test_leave_by_the_clock_spares_who_comes_before": "add_leave",
        "test_the_sweep_lists_what_slipped_through_once": "sweep_worklist",
        "test_what_goes_out_of_use_strands_and_comes_back": "restore_resource retire_resource",
    },
    "waitlist/test_offers.py": {
        "test_no_asks_the_next_and_keeps_their_place": (
            "add_to_waitlist claim_opening decline_offer offer_time settle_opening"
        ),
        "test_silence_asks_the_next": "expire_offer",
        "test_taking_somebody_off_frees_what_was_offered_to_them": "leave_waitlist",
        "test_the_desk_offers_by_hand_and_takes_back": "withdraw_offer",
        "test_without_an_address_somebody_is_asked_to_call": "accept_offer",
    },
}
